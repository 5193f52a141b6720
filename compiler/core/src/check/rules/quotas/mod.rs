//! What tenants may take, and whether it can be counted.

family!(priority_above_tier,);
