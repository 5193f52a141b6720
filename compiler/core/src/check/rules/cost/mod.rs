//! What it costs, and whether anybody can say.

family!(price_in_other_currency, price_missing, price_of_nothing);
