#!/bin/sh
# Brings a Proxmox cluster to the state that plan.json describes, through pvesh, as root on one
# of its machines. It asks before it makes: a second run changes nothing.
#
#   apply.sh             makes it so; stops at the first error
#   apply.sh --dry-run   says what it would send
#
# TENANTRY_APPROVE="ID ..." approves the steps that ask for somebody to look first.
set -eu

cluster='vie'
dry_run=no
case ${1:-} in
    '') ;;
    --dry-run) dry_run=yes ;;
    *)
        printf 'usage: %s [--dry-run]\n' "$0" >&2
        exit 2
        ;;
esac

work=$(mktemp -d)
id=
ask=
changes=0

die() {
    printf 'apply: %s\n' "$*" >&2
    exit 1
}

finish() {
    status=$?
    trap - EXIT
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

cat >"$work/judge.pl" <<'PERL'
# judge.pl VERB FILE ARGUMENT...: reads an answer of the API.
use strict;
use warnings;
use JSON::PP;

my ($verb, $file, @args) = @ARGV;
open my $in, '<', $file or die "$file: $!";
my $text = do { local $/; <$in> };
my $answer = JSON::PP->new->allow_nonref->decode($text);
my @items = ref $answer eq 'ARRAY' ? @$answer : ($answer);

sub plain {
    my ($value) = @_;
    return join ',', map { "$_=" . plain($value->{$_}) } sort keys %$value if ref $value eq 'HASH';
    return $value ? '1' : '0' if ref $value;
    return "$value";
}

# A key, or with a dot an option of a property string.
sub value {
    my ($item, $key) = @_;
    return undef unless ref $item eq 'HASH';
    return $item->{$key} if exists $item->{$key} || $key !~ /^([^.]+)\.(.+)$/;
    my ($outer, $option) = ($1, $2);
    return undef unless defined $item->{$outer};
    return plain($item->{$outer}) =~ /(?:^|,)\Q$option\E=([^,]*)/ ? $1 : undef;
}

# Whether a value is there as wanted: the same text, the same set of words, or a property string
# that holds every option wanted, whatever the server adds.
sub fits {
    my ($have, @want) = @_;
    return 0 unless defined $have;
    if (ref $have eq 'ARRAY') {
        return join("\n", sort map { plain($_) } @$have) eq join("\n", sort @want);
    }
    my $want = $want[0];
    $have = plain($have);
    for ($have, $want) { s/%([0-9A-Fa-f]{2})/chr hex $1/ge; s/\s+\z//; }
    return 1 if $have eq $want;
    my @have = split /[,;]/, $have;
    my @wanted = split /[,;]/, $want;
    return 0 if @wanted < 2 && $want !~ /=/;
    return 0 if $want !~ /=/ && @have != @wanted;
    my %have = map { $_ => 1 } @have;
    return !grep { !$have{$_} } @wanted;
}

sub all_fit {
    my ($item, @pairs) = @_;
    my %want;
    while (@pairs) {
        my ($key, $wanted) = splice @pairs, 0, 2;
        $key =~ s/^--//;
        push @{ $want{$key} }, $wanted;
    }
    return !grep { !fits(value($item, $_), @{ $want{$_} }) } keys %want;
}

if ($verb eq 'match' || $verb eq 'same') {
    exit((grep { all_fit($_, @args) } @items) ? 0 : 1);
} elsif ($verb eq 'has') {
    exit((grep { defined value($_, $args[0]) } @items) ? 0 : 1);
} elsif ($verb eq 'holds') {
    my ($key, $word) = @args;
    exit((grep { $_ eq $word } split /,/, plain(value($answer, $key) // '')) ? 0 : 1);
} elsif ($verb eq 'except') {
    my ($key, $identity, @kept) = @args;
    my %kept = map { $_ => 1 } @kept;
    my @others = grep { !$kept{ plain($_->{$identity} // '') } } @items;
    my @keys = map { plain($_->{$key}) } @others;
    # Positions move down as earlier ones go.
    @keys = sort { $b <=> $a } @keys if $key eq 'pos';
    print map { "$_\n" } @keys;
} elsif ($verb eq 'text') {
    print plain($answer);
} else {
    die "judge: no verb $verb";
}
PERL

step() {
    id=$1
    ask=
}

# found VERB PATH ARGUMENT...: whether what can be read at PATH is as asked.
found() {
    found_verb=$1
    found_path=$2
    shift 2
    pvesh get "$found_path" --output-format json >"$work/read" 2>"$work/error" || return 1
    [ "$found_verb" = exists ] || perl "$work/judge.pl" "$found_verb" "$work/read" "$@"
}

# send VERB PATH OPTION...: one call. Its options may hold secrets and are not printed.
send() {
    printf '%s: %s %s\n' "$id" "$1" "$2"
    changes=$((changes + 1))
    [ "$dry_run" = no ] || return 0
    if [ -n "$ask" ]; then
        case " ${TENANTRY_APPROVE:-} " in
            *" $id "*) ;;
            *) die "$id waits for approval: make sure that $ask, then run again with TENANTRY_APPROVE=$id" ;;
        esac
    fi
    pvesh "$@" --output-format json >"$work/answer" || die "$id failed: $1 $2"
}

# keep PATH OPTION...: sends the values only where they are not there yet.
keep() {
    keep_path=$1
    shift
    found same "$keep_path" "$@" || send set "$keep_path" "$@"
}

# prune PATH KEY IDENTITY KEPT...: removes every item of a list that is not kept.
prune() {
    prune_path=$1
    shift
    pvesh get "$prune_path" --output-format json >"$work/list" 2>"$work/error" || {
        [ "$dry_run" = yes ] && return 0
        die "$id cannot read $prune_path"
    }
    perl "$work/judge.pl" except "$work/list" "$@" >"$work/others" || die "$id cannot read $prune_path"
    while IFS= read -r item; do
        send delete "$prune_path/$item"
    done <"$work/others"
}

secret() {
    printenv "$1"
}


# What must be there before the first call.
command -v pvesh >/dev/null || die 'pvesh is not here: run this on a machine of the cluster'
pvesh get /version --output-format json >"$work/read" || die 'the API does not answer'
perl "$work/judge.pl" text "$work/read" >"$work/version"
grep -q "\(^\|,\)version="'9''\.' "$work/version" || die "the plan of $cluster is for release "'9'
found match /nodes node 'pve1' || die "no machine "'pve1'
found match /nodes node 'pve2' || die "no machine "'pve2'
found match /nodes node 'pve3' || die "no machine "'pve3'
found holds /storage/'local' content 'import' || die "storage "'local'" does not take "'import'": add it with pvesm set"
printenv 'TENANTRY_VAULT_USER' >/dev/null || die "the environment lacks "'TENANTRY_VAULT_USER'
printenv 'TENANTRY_VAULT_PASSWORD' >/dev/null || die "the environment lacks "'TENANTRY_VAULT_PASSWORD'
found match /nodes/'pve1'/time timezone 'Europe/Vienna' ||
    printf 'apply: schedules are in %s, the clock of %s is not\n' 'Europe/Vienna' 'pve1' >&2
found match /nodes/'pve2'/time timezone 'Europe/Vienna' ||
    printf 'apply: schedules are in %s, the clock of %s is not\n' 'Europe/Vienna' 'pve2' >&2
found match /nodes/'pve3'/time timezone 'Europe/Vienna' ||
    printf 'apply: schedules are in %s, the clock of %s is not\n' 'Europe/Vienna' 'pve3' >&2

step 'pool.bakery'
found 'match' '/pools' 'poolid' 'bakery' ||
    send 'create' '/pools' '--poolid' 'bakery' '--comment' 'tenant bakery'
step 'pool.brewery'
found 'match' '/pools' 'poolid' 'brewery' ||
    send 'create' '/pools' '--poolid' 'brewery' '--comment' 'tenant brewery'
step 'pool.dentist'
found 'match' '/pools' 'poolid' 'dentist' ||
    send 'create' '/pools' '--poolid' 'dentist' '--comment' 'tenant dentist'
step 'pool.house'
found 'match' '/pools' 'poolid' 'house' ||
    send 'create' '/pools' '--poolid' 'house' '--comment' 'tenant house'
step 'pool.lawyers'
found 'match' '/pools' 'poolid' 'lawyers' ||
    send 'create' '/pools' '--poolid' 'lawyers' '--comment' 'tenant lawyers'
step 'storage.tank'
if found 'exists' '/storage/tank'; then
    keep '/storage/tank' '--content' 'images,rootdir'
else
    send 'create' '/storage' '--storage' 'tank' '--type' 'zfspool' '--pool' 'tank' '--sparse' '1' '--content' 'images,rootdir'
fi
step 'storage.vault'
if found 'exists' '/storage/vault'; then
    keep '/storage/vault' '--content' 'backup'
else
    send 'create' '/storage' '--storage' 'vault' '--type' 'pbs' '--server' '10.0.0.20' '--datastore' 'customers' '--fingerprint' '3f:4b:70:0e:55:62:51:a6:9c:53:4b:aa:5f:9e:16:3f:d4:5f:f9:0c:6d:40:e0:42:fd:cf:66:c5:52:a8:17:0b' '--content' 'backup' '--username' "$('secret' 'TENANTRY_VAULT_USER')" '--password' "$('secret' 'TENANTRY_VAULT_PASSWORD')"
fi
step 'image.pve1.debian-d9226b30.qcow2'
found 'match' '/nodes/pve1/storage/local/content' 'volid' 'local:import/debian-d9226b30.qcow2' ||
    send 'create' '/nodes/pve1/storage/local/download-url' '--content' 'import' '--filename' 'debian-d9226b30.qcow2' '--url' 'https://cloud.debian.org/images/cloud/trixie/20260112-2355/debian-13-genericcloud-amd64-20260112-2355.qcow2'
step 'image.pve2.debian-d9226b30.qcow2'
found 'match' '/nodes/pve2/storage/local/content' 'volid' 'local:import/debian-d9226b30.qcow2' ||
    send 'create' '/nodes/pve2/storage/local/download-url' '--content' 'import' '--filename' 'debian-d9226b30.qcow2' '--url' 'https://cloud.debian.org/images/cloud/trixie/20260112-2355/debian-13-genericcloud-amd64-20260112-2355.qcow2'
step 'image.pve3.debian-d9226b30.qcow2'
found 'match' '/nodes/pve3/storage/local/content' 'volid' 'local:import/debian-d9226b30.qcow2' ||
    send 'create' '/nodes/pve3/storage/local/download-url' '--content' 'import' '--filename' 'debian-d9226b30.qcow2' '--url' 'https://cloud.debian.org/images/cloud/trixie/20260112-2355/debian-13-genericcloud-amd64-20260112-2355.qcow2'
step 'image.pve3.debian-13-standard_13.1-2_amd64.tar.zst'
found 'match' '/nodes/pve3/storage/local/content' 'volid' 'local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst' ||
    send 'create' '/nodes/pve3/aplinfo' '--storage' 'local' '--template' 'debian-13-standard_13.1-2_amd64.tar.zst'
step 'image.pve1.debian-13-standard_13.1-2_amd64.tar.zst'
found 'match' '/nodes/pve1/storage/local/content' 'volid' 'local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst' ||
    send 'create' '/nodes/pve1/aplinfo' '--storage' 'local' '--template' 'debian-13-standard_13.1-2_amd64.tar.zst'
step 'fw.ipset.bakery_bakery-db'
found 'match' '/cluster/firewall/ipset' 'name' 'bakery_bakery-db' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'bakery_bakery-db' '--comment' 'addresses of bakery.bakery-db'
step 'fw.ipset.bakery_bakery-db.10.64.1.207'
found 'match' '/cluster/firewall/ipset/bakery_bakery-db' 'cidr' '10.64.1.207' ||
    send 'create' '/cluster/firewall/ipset/bakery_bakery-db' '--cidr' '10.64.1.207'
step 'fw.ipset.bakery_bakery-db.prune'
prune '/cluster/firewall/ipset/bakery_bakery-db' 'cidr' 'cidr' '10.64.1.207'
step 'fw.ipset.bakery_bakery-shop'
found 'match' '/cluster/firewall/ipset' 'name' 'bakery_bakery-shop' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'bakery_bakery-shop' '--comment' 'addresses of bakery.bakery-shop'
step 'fw.ipset.bakery_bakery-shop.10.64.1.195'
found 'match' '/cluster/firewall/ipset/bakery_bakery-shop' 'cidr' '10.64.1.195' ||
    send 'create' '/cluster/firewall/ipset/bakery_bakery-shop' '--cidr' '10.64.1.195'
step 'fw.ipset.bakery_bakery-shop.prune'
prune '/cluster/firewall/ipset/bakery_bakery-shop' 'cidr' 'cidr' '10.64.1.195'
step 'fw.ipset.brewery_brewery-till'
found 'match' '/cluster/firewall/ipset' 'name' 'brewery_brewery-till' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'brewery_brewery-till' '--comment' 'addresses of brewery.brewery-till'
step 'fw.ipset.brewery_brewery-till.10.64.5.12'
found 'match' '/cluster/firewall/ipset/brewery_brewery-till' 'cidr' '10.64.5.12' ||
    send 'create' '/cluster/firewall/ipset/brewery_brewery-till' '--cidr' '10.64.5.12'
step 'fw.ipset.brewery_brewery-till.prune'
prune '/cluster/firewall/ipset/brewery_brewery-till' 'cidr' 'cidr' '10.64.5.12'
step 'fw.ipset.dentist_dentist-files'
found 'match' '/cluster/firewall/ipset' 'name' 'dentist_dentist-files' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'dentist_dentist-files' '--comment' 'addresses of dentist.dentist-files'
step 'fw.ipset.dentist_dentist-files.10.64.2.13'
found 'match' '/cluster/firewall/ipset/dentist_dentist-files' 'cidr' '10.64.2.13' ||
    send 'create' '/cluster/firewall/ipset/dentist_dentist-files' '--cidr' '10.64.2.13'
step 'fw.ipset.dentist_dentist-files.prune'
prune '/cluster/firewall/ipset/dentist_dentist-files' 'cidr' 'cidr' '10.64.2.13'
step 'fw.ipset.house_edge'
found 'match' '/cluster/firewall/ipset' 'name' 'house_edge' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'house_edge' '--comment' 'addresses of house.edge'
step 'fw.ipset.house_edge.10.64.250.17'
found 'match' '/cluster/firewall/ipset/house_edge' 'cidr' '10.64.250.17' ||
    send 'create' '/cluster/firewall/ipset/house_edge' '--cidr' '10.64.250.17'
step 'fw.ipset.house_edge.prune'
prune '/cluster/firewall/ipset/house_edge' 'cidr' 'cidr' '10.64.250.17'
step 'fw.ipset.lawyers_lawyers-mail'
found 'match' '/cluster/firewall/ipset' 'name' 'lawyers_lawyers-mail' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'lawyers_lawyers-mail' '--comment' 'addresses of lawyers.lawyers-mail'
step 'fw.ipset.lawyers_lawyers-mail.10.64.3.213'
found 'match' '/cluster/firewall/ipset/lawyers_lawyers-mail' 'cidr' '10.64.3.213' ||
    send 'create' '/cluster/firewall/ipset/lawyers_lawyers-mail' '--cidr' '10.64.3.213'
step 'fw.ipset.lawyers_lawyers-mail.prune'
prune '/cluster/firewall/ipset/lawyers_lawyers-mail' 'cidr' 'cidr' '10.64.3.213'
step 'fw.ipset.lawyers_lawyers-web'
found 'match' '/cluster/firewall/ipset' 'name' 'lawyers_lawyers-web' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'lawyers_lawyers-web' '--comment' 'addresses of lawyers.lawyers-web'
step 'fw.ipset.lawyers_lawyers-web.10.64.3.94'
found 'match' '/cluster/firewall/ipset/lawyers_lawyers-web' 'cidr' '10.64.3.94' ||
    send 'create' '/cluster/firewall/ipset/lawyers_lawyers-web' '--cidr' '10.64.3.94'
step 'fw.ipset.lawyers_lawyers-web.prune'
prune '/cluster/firewall/ipset/lawyers_lawyers-web' 'cidr' 'cidr' '10.64.3.94'
step 'fw.ipset.x__internet'
found 'match' '/cluster/firewall/ipset' 'name' 'x__internet' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'x__internet' '--comment' 'public addresses'
step 'fw.ipset.x__internet.0.0.0.0/1'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '0.0.0.0/1' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '0.0.0.0/1'
step 'fw.ipset.x__internet.128.0.0.0/1'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '128.0.0.0/1' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '128.0.0.0/1'
step 'fw.ipset.x__internet.2000::/3'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '2000::/3' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '2000::/3'
step 'fw.ipset.x__internet.0.0.0.0/8'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '0.0.0.0/8' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '0.0.0.0/8' '--nomatch' '1'
step 'fw.ipset.x__internet.10.0.0.0/8'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '10.0.0.0/8' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '10.0.0.0/8' '--nomatch' '1'
step 'fw.ipset.x__internet.100.64.0.0/10'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '100.64.0.0/10' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '100.64.0.0/10' '--nomatch' '1'
step 'fw.ipset.x__internet.127.0.0.0/8'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '127.0.0.0/8' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '127.0.0.0/8' '--nomatch' '1'
step 'fw.ipset.x__internet.169.254.0.0/16'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '169.254.0.0/16' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '169.254.0.0/16' '--nomatch' '1'
step 'fw.ipset.x__internet.172.16.0.0/12'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '172.16.0.0/12' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '172.16.0.0/12' '--nomatch' '1'
step 'fw.ipset.x__internet.192.0.0.0/24'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '192.0.0.0/24' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '192.0.0.0/24' '--nomatch' '1'
step 'fw.ipset.x__internet.192.168.0.0/16'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '192.168.0.0/16' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '192.168.0.0/16' '--nomatch' '1'
step 'fw.ipset.x__internet.198.18.0.0/15'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '198.18.0.0/15' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '198.18.0.0/15' '--nomatch' '1'
step 'fw.ipset.x__internet.224.0.0.0/3'
found 'match' '/cluster/firewall/ipset/x__internet' 'cidr' '224.0.0.0/3' ||
    send 'create' '/cluster/firewall/ipset/x__internet' '--cidr' '224.0.0.0/3' '--nomatch' '1'
step 'fw.group.bakery_bakery-db'
found 'match' '/cluster/firewall/groups' 'group' 'bakery_bakery-db' ||
    send 'create' '/cluster/firewall/groups' '--group' 'bakery_bakery-db' '--comment' 'flows of bakery.bakery-db'
step 'fw.group.bakery_bakery-db.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/bakery_bakery-db' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/bakery_bakery-db' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.bakery_bakery-db.2009c42d3258'
found 'match' '/cluster/firewall/groups/bakery_bakery-db' 'comment' 'out dns udp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/bakery_bakery-db' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #e61d03b5 53 (resolver)'
step 'fw.group.bakery_bakery-db.6105b5a316fb'
found 'match' '/cluster/firewall/groups/bakery_bakery-db' 'comment' 'out dns tcp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/bakery_bakery-db' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #e61d03b5 53 (resolver)'
step 'fw.group.bakery_bakery-db.953eb8811591'
found 'match' '/cluster/firewall/groups/bakery_bakery-db' 'comment' 'in clients tcp #d9a9c6ce 22 (expose)' ||
    send 'create' '/cluster/firewall/groups/bakery_bakery-db' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '198.51.100.0/28' '--proto' 'tcp' '--dport' '22' '--log' 'nolog' '--comment' 'in clients tcp #d9a9c6ce 22 (expose)'
step 'fw.group.bakery_bakery-db.prune'
prune '/cluster/firewall/groups/bakery_bakery-db' 'pos' 'comment' 'in clients tcp #d9a9c6ce 22 (expose)' 'out dns tcp #e61d03b5 53 (resolver)' 'out dns udp #e61d03b5 53 (resolver)' 'out internet tcp 443'
step 'fw.group.bakery_bakery-shop'
found 'match' '/cluster/firewall/groups' 'group' 'bakery_bakery-shop' ||
    send 'create' '/cluster/firewall/groups' '--group' 'bakery_bakery-shop' '--comment' 'flows of bakery.bakery-shop'
step 'fw.group.bakery_bakery-shop.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/bakery_bakery-shop' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/bakery_bakery-shop' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.bakery_bakery-shop.2009c42d3258'
found 'match' '/cluster/firewall/groups/bakery_bakery-shop' 'comment' 'out dns udp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/bakery_bakery-shop' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #e61d03b5 53 (resolver)'
step 'fw.group.bakery_bakery-shop.6105b5a316fb'
found 'match' '/cluster/firewall/groups/bakery_bakery-shop' 'comment' 'out dns tcp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/bakery_bakery-shop' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #e61d03b5 53 (resolver)'
step 'fw.group.bakery_bakery-shop.f930747cf9a5'
found 'match' '/cluster/firewall/groups/bakery_bakery-shop' 'comment' 'in house.edge tcp 443' ||
    send 'create' '/cluster/firewall/groups/bakery_bakery-shop' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '+dc/house_edge' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'in house.edge tcp 443'
step 'fw.group.bakery_bakery-shop.953eb8811591'
found 'match' '/cluster/firewall/groups/bakery_bakery-shop' 'comment' 'in clients tcp #d9a9c6ce 22 (expose)' ||
    send 'create' '/cluster/firewall/groups/bakery_bakery-shop' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '198.51.100.0/28' '--proto' 'tcp' '--dport' '22' '--log' 'nolog' '--comment' 'in clients tcp #d9a9c6ce 22 (expose)'
step 'fw.group.bakery_bakery-shop.prune'
prune '/cluster/firewall/groups/bakery_bakery-shop' 'pos' 'comment' 'in clients tcp #d9a9c6ce 22 (expose)' 'in house.edge tcp 443' 'out dns tcp #e61d03b5 53 (resolver)' 'out dns udp #e61d03b5 53 (resolver)' 'out internet tcp 443'
step 'fw.group.brewery___74646c2b'
found 'match' '/cluster/firewall/groups' 'group' 'brewery___74646c2b' ||
    send 'create' '/cluster/firewall/groups' '--group' 'brewery___74646c2b' '--comment' 'flows of brewery.brewery-till'
step 'fw.group.brewery___74646c2b.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/brewery___74646c2b' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/brewery___74646c2b' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.brewery___74646c2b.2009c42d3258'
found 'match' '/cluster/firewall/groups/brewery___74646c2b' 'comment' 'out dns udp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/brewery___74646c2b' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #e61d03b5 53 (resolver)'
step 'fw.group.brewery___74646c2b.6105b5a316fb'
found 'match' '/cluster/firewall/groups/brewery___74646c2b' 'comment' 'out dns tcp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/brewery___74646c2b' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #e61d03b5 53 (resolver)'
step 'fw.group.brewery___74646c2b.953eb8811591'
found 'match' '/cluster/firewall/groups/brewery___74646c2b' 'comment' 'in clients tcp #d9a9c6ce 22 (expose)' ||
    send 'create' '/cluster/firewall/groups/brewery___74646c2b' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '198.51.100.0/28' '--proto' 'tcp' '--dport' '22' '--log' 'nolog' '--comment' 'in clients tcp #d9a9c6ce 22 (expose)'
step 'fw.group.brewery___74646c2b.prune'
prune '/cluster/firewall/groups/brewery___74646c2b' 'pos' 'comment' 'in clients tcp #d9a9c6ce 22 (expose)' 'out dns tcp #e61d03b5 53 (resolver)' 'out dns udp #e61d03b5 53 (resolver)' 'out internet tcp 443'
step 'fw.group.dentist___41ba6ff2'
found 'match' '/cluster/firewall/groups' 'group' 'dentist___41ba6ff2' ||
    send 'create' '/cluster/firewall/groups' '--group' 'dentist___41ba6ff2' '--comment' 'flows of dentist.dentist-files'
step 'fw.group.dentist___41ba6ff2.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/dentist___41ba6ff2' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/dentist___41ba6ff2' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.dentist___41ba6ff2.2009c42d3258'
found 'match' '/cluster/firewall/groups/dentist___41ba6ff2' 'comment' 'out dns udp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/dentist___41ba6ff2' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #e61d03b5 53 (resolver)'
step 'fw.group.dentist___41ba6ff2.6105b5a316fb'
found 'match' '/cluster/firewall/groups/dentist___41ba6ff2' 'comment' 'out dns tcp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/dentist___41ba6ff2' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #e61d03b5 53 (resolver)'
step 'fw.group.dentist___41ba6ff2.prune'
prune '/cluster/firewall/groups/dentist___41ba6ff2' 'pos' 'comment' 'out dns tcp #e61d03b5 53 (resolver)' 'out dns udp #e61d03b5 53 (resolver)' 'out internet tcp 443'
step 'fw.group.house_edge'
found 'match' '/cluster/firewall/groups' 'group' 'house_edge' ||
    send 'create' '/cluster/firewall/groups' '--group' 'house_edge' '--comment' 'flows of house.edge'
step 'fw.group.house_edge.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/house_edge' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/house_edge' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.house_edge.ba3bca3901d3'
found 'match' '/cluster/firewall/groups/house_edge' 'comment' 'out lawyers.lawyers-web tcp 443' ||
    send 'create' '/cluster/firewall/groups/house_edge' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/lawyers_lawyers-web' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out lawyers.lawyers-web tcp 443'
step 'fw.group.house_edge.1f93f0382915'
found 'match' '/cluster/firewall/groups/house_edge' 'comment' 'out bakery.bakery-shop tcp 443' ||
    send 'create' '/cluster/firewall/groups/house_edge' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/bakery_bakery-shop' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out bakery.bakery-shop tcp 443'
step 'fw.group.house_edge.2009c42d3258'
found 'match' '/cluster/firewall/groups/house_edge' 'comment' 'out dns udp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/house_edge' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #e61d03b5 53 (resolver)'
step 'fw.group.house_edge.6105b5a316fb'
found 'match' '/cluster/firewall/groups/house_edge' 'comment' 'out dns tcp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/house_edge' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #e61d03b5 53 (resolver)'
step 'fw.group.house_edge.5a9e490de4da'
found 'match' '/cluster/firewall/groups/house_edge' 'comment' 'in clients tcp 443 (expose)' ||
    send 'create' '/cluster/firewall/groups/house_edge' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'in clients tcp 443 (expose)'
step 'fw.group.house_edge.prune'
prune '/cluster/firewall/groups/house_edge' 'pos' 'comment' 'in clients tcp 443 (expose)' 'out dns tcp #e61d03b5 53 (resolver)' 'out dns udp #e61d03b5 53 (resolver)' 'out bakery.bakery-shop tcp 443' 'out lawyers.lawyers-web tcp 443' 'out internet tcp 443'
step 'fw.group.lawyers___65654a21'
found 'match' '/cluster/firewall/groups' 'group' 'lawyers___65654a21' ||
    send 'create' '/cluster/firewall/groups' '--group' 'lawyers___65654a21' '--comment' 'flows of lawyers.lawyers-mail'
step 'fw.group.lawyers___65654a21.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/lawyers___65654a21' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/lawyers___65654a21' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.lawyers___65654a21.2009c42d3258'
found 'match' '/cluster/firewall/groups/lawyers___65654a21' 'comment' 'out dns udp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/lawyers___65654a21' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #e61d03b5 53 (resolver)'
step 'fw.group.lawyers___65654a21.6105b5a316fb'
found 'match' '/cluster/firewall/groups/lawyers___65654a21' 'comment' 'out dns tcp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/lawyers___65654a21' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #e61d03b5 53 (resolver)'
step 'fw.group.lawyers___65654a21.prune'
prune '/cluster/firewall/groups/lawyers___65654a21' 'pos' 'comment' 'out dns tcp #e61d03b5 53 (resolver)' 'out dns udp #e61d03b5 53 (resolver)' 'out internet tcp 443'
step 'fw.group.lawyers___b5189856'
found 'match' '/cluster/firewall/groups' 'group' 'lawyers___b5189856' ||
    send 'create' '/cluster/firewall/groups' '--group' 'lawyers___b5189856' '--comment' 'flows of lawyers.lawyers-web'
step 'fw.group.lawyers___b5189856.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/lawyers___b5189856' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/lawyers___b5189856' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.lawyers___b5189856.2009c42d3258'
found 'match' '/cluster/firewall/groups/lawyers___b5189856' 'comment' 'out dns udp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/lawyers___b5189856' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #e61d03b5 53 (resolver)'
step 'fw.group.lawyers___b5189856.6105b5a316fb'
found 'match' '/cluster/firewall/groups/lawyers___b5189856' 'comment' 'out dns tcp #e61d03b5 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/lawyers___b5189856' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.0.0.2/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #e61d03b5 53 (resolver)'
step 'fw.group.lawyers___b5189856.f930747cf9a5'
found 'match' '/cluster/firewall/groups/lawyers___b5189856' 'comment' 'in house.edge tcp 443' ||
    send 'create' '/cluster/firewall/groups/lawyers___b5189856' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '+dc/house_edge' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'in house.edge tcp 443'
step 'fw.group.lawyers___b5189856.prune'
prune '/cluster/firewall/groups/lawyers___b5189856' 'pos' 'comment' 'in house.edge tcp 443' 'out dns tcp #e61d03b5 53 (resolver)' 'out dns udp #e61d03b5 53 (resolver)' 'out internet tcp 443'
step 'fw.cluster'
ask='the IP set management holds the addresses that operators come from'
keep '/cluster/firewall/options' '--enable' '1'
step 'vm.47018'
if found 'match' '/cluster/resources' 'vmid' '47018'; then
    found match '/cluster/resources' 'vmid' '47018' 'pool' 'bakery' ||
        die "$id is something else already"
    keep '/nodes/pve1/qemu/47018/config' '--name' 'bakery-db' '--description' 'Managed by tenantry: bakery.bakery-db' '--tags' 'bakery;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '4' '--memory' '8192' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:00:B7:AA:00,bridge=vmbr0,firewall=1,tag=1001' '--ipconfig0' 'ip=10.64.1.207/24,gw=10.64.1.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--ciuser' 'ops' '--sshkeys' 'ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIGG19lyIVEIbBNFeNf3RK0Y8VQ22m3wko2Ede5bTBmTy%20ops%40hosting.example' '--agent' 'enabled=0' '--onboot' '1'
else
    send 'create' '/nodes/pve1/qemu' '--vmid' '47018' '--pool' 'bakery' '--name' 'bakery-db' '--description' 'Managed by tenantry: bakery.bakery-db' '--tags' 'bakery;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '4' '--memory' '8192' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:00:B7:AA:00,bridge=vmbr0,firewall=1,tag=1001' '--ipconfig0' 'ip=10.64.1.207/24,gw=10.64.1.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--ciuser' 'ops' '--sshkeys' 'ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIGG19lyIVEIbBNFeNf3RK0Y8VQ22m3wko2Ede5bTBmTy%20ops%40hosting.example' '--agent' 'enabled=0' '--onboot' '1' '--scsi0' 'tank:0,import-from=local:import/debian-d9226b30.qcow2,discard=on,iothread=1' '--ide2' 'tank:cloudinit' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
fi
step 'vm.47018.efidisk0'
found 'has' '/nodes/pve1/qemu/47018/config' 'efidisk0' ||
    send 'create' '/nodes/pve1/qemu/47018/config' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
step 'vm.47018.ide2'
found 'has' '/nodes/pve1/qemu/47018/config' 'ide2' ||
    send 'create' '/nodes/pve1/qemu/47018/config' '--ide2' 'tank:cloudinit'
step 'vm.47018.scsi0.size'
found 'match' '/nodes/pve1/qemu/47018/config' 'scsi0.size' '80G' ||
    send 'set' '/nodes/pve1/qemu/47018/resize' '--disk' 'scsi0' '--size' '80G'
step 'vm.49278'
if found 'match' '/cluster/resources' 'vmid' '49278'; then
    found match '/cluster/resources' 'vmid' '49278' 'pool' 'bakery' ||
        die "$id is something else already"
    keep '/nodes/pve2/qemu/49278/config' '--name' 'bakery-shop' '--description' 'Managed by tenantry: bakery.bakery-shop' '--tags' 'bakery;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '2' '--memory' '4096' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:00:C0:7E:00,bridge=vmbr0,firewall=1,tag=1001' '--ipconfig0' 'ip=10.64.1.195/24,gw=10.64.1.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--ciuser' 'ops' '--sshkeys' 'ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIGG19lyIVEIbBNFeNf3RK0Y8VQ22m3wko2Ede5bTBmTy%20ops%40hosting.example' '--agent' 'enabled=0' '--onboot' '1'
else
    send 'create' '/nodes/pve2/qemu' '--vmid' '49278' '--pool' 'bakery' '--name' 'bakery-shop' '--description' 'Managed by tenantry: bakery.bakery-shop' '--tags' 'bakery;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '2' '--memory' '4096' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:00:C0:7E:00,bridge=vmbr0,firewall=1,tag=1001' '--ipconfig0' 'ip=10.64.1.195/24,gw=10.64.1.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--ciuser' 'ops' '--sshkeys' 'ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIGG19lyIVEIbBNFeNf3RK0Y8VQ22m3wko2Ede5bTBmTy%20ops%40hosting.example' '--agent' 'enabled=0' '--onboot' '1' '--scsi0' 'tank:0,import-from=local:import/debian-d9226b30.qcow2,discard=on,iothread=1' '--ide2' 'tank:cloudinit' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
fi
step 'vm.49278.efidisk0'
found 'has' '/nodes/pve2/qemu/49278/config' 'efidisk0' ||
    send 'create' '/nodes/pve2/qemu/49278/config' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
step 'vm.49278.ide2'
found 'has' '/nodes/pve2/qemu/49278/config' 'ide2' ||
    send 'create' '/nodes/pve2/qemu/49278/config' '--ide2' 'tank:cloudinit'
step 'vm.49278.scsi0.size'
found 'match' '/nodes/pve2/qemu/49278/config' 'scsi0.size' '40G' ||
    send 'set' '/nodes/pve2/qemu/49278/resize' '--disk' 'scsi0' '--size' '40G'
step 'vm.34205'
if found 'match' '/cluster/resources' 'vmid' '34205'; then
    found match '/cluster/resources' 'vmid' '34205' 'pool' 'brewery' ||
        die "$id is something else already"
    keep '/nodes/pve3/qemu/34205/config' '--name' 'brewery-till' '--description' 'Managed by tenantry: brewery.brewery-till' '--tags' 'brewery;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '2' '--memory' '4096' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:00:85:9D:00,bridge=vmbr0,firewall=1,tag=1005' '--ipconfig0' 'ip=10.64.5.12/24,gw=10.64.5.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--ciuser' 'ops' '--sshkeys' 'ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIGG19lyIVEIbBNFeNf3RK0Y8VQ22m3wko2Ede5bTBmTy%20ops%40hosting.example' '--agent' 'enabled=0' '--onboot' '1'
else
    send 'create' '/nodes/pve3/qemu' '--vmid' '34205' '--pool' 'brewery' '--name' 'brewery-till' '--description' 'Managed by tenantry: brewery.brewery-till' '--tags' 'brewery;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '2' '--memory' '4096' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:00:85:9D:00,bridge=vmbr0,firewall=1,tag=1005' '--ipconfig0' 'ip=10.64.5.12/24,gw=10.64.5.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--ciuser' 'ops' '--sshkeys' 'ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIGG19lyIVEIbBNFeNf3RK0Y8VQ22m3wko2Ede5bTBmTy%20ops%40hosting.example' '--agent' 'enabled=0' '--onboot' '1' '--scsi0' 'tank:0,import-from=local:import/debian-d9226b30.qcow2,discard=on,iothread=1' '--ide2' 'tank:cloudinit' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
fi
step 'vm.34205.efidisk0'
found 'has' '/nodes/pve3/qemu/34205/config' 'efidisk0' ||
    send 'create' '/nodes/pve3/qemu/34205/config' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
step 'vm.34205.ide2'
found 'has' '/nodes/pve3/qemu/34205/config' 'ide2' ||
    send 'create' '/nodes/pve3/qemu/34205/config' '--ide2' 'tank:cloudinit'
step 'vm.34205.scsi0.size'
found 'match' '/nodes/pve3/qemu/34205/config' 'scsi0.size' '40G' ||
    send 'set' '/nodes/pve3/qemu/34205/resize' '--disk' 'scsi0' '--size' '40G'
step 'vm.47178'
if found 'match' '/cluster/resources' 'vmid' '47178'; then
    found match '/cluster/resources' 'vmid' '47178' 'pool' 'dentist' ||
        die "$id is something else already"
    keep '/nodes/pve2/qemu/47178/config' '--name' 'dentist-files' '--description' 'Managed by tenantry: dentist.dentist-files' '--tags' 'dentist;tenantry' '--ostype' 'win11' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '8' '--memory' '32768' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0;ide3' '--net0' 'virtio=02:00:00:B8:4A:00,bridge=vmbr0,firewall=1,tag=1002' '--agent' 'enabled=0' '--onboot' '1'
else
    send 'create' '/nodes/pve2/qemu' '--vmid' '47178' '--pool' 'dentist' '--name' 'dentist-files' '--description' 'Managed by tenantry: dentist.dentist-files' '--tags' 'dentist;tenantry' '--ostype' 'win11' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '8' '--memory' '32768' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0;ide3' '--net0' 'virtio=02:00:00:B8:4A:00,bridge=vmbr0,firewall=1,tag=1002' '--agent' 'enabled=0' '--onboot' '1' '--scsi0' 'tank:200,discard=on,iothread=1' '--ide3' 'local:iso/windows-server-2025.iso,media=cdrom' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
fi
step 'vm.47178.efidisk0'
found 'has' '/nodes/pve2/qemu/47178/config' 'efidisk0' ||
    send 'create' '/nodes/pve2/qemu/47178/config' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
step 'vm.47178.scsi0.size'
found 'match' '/nodes/pve2/qemu/47178/config' 'scsi0.size' '200G' ||
    send 'set' '/nodes/pve2/qemu/47178/resize' '--disk' 'scsi0' '--size' '200G'
step 'ct.83385'
if found 'match' '/cluster/resources' 'vmid' '83385'; then
    found match '/cluster/resources' 'vmid' '83385' 'pool' 'house' ||
        die "$id is something else already"
    keep '/nodes/pve3/lxc/83385/config' '--hostname' 'edge' '--description' 'Managed by tenantry: house.edge' '--tags' 'house;tenantry' '--cores' '2' '--memory' '4096' '--swap' '0' '--net0' 'name=eth0,bridge=vmbr0,firewall=1,tag=1250,hwaddr=02:00:01:45:B9:00,ip=10.64.250.17/24,gw=10.64.250.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--onboot' '1'
else
    send 'create' '/nodes/pve3/lxc' '--vmid' '83385' '--pool' 'house' '--ostemplate' 'local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst' '--unprivileged' '1' '--rootfs' 'tank:40' '--hostname' 'edge' '--description' 'Managed by tenantry: house.edge' '--tags' 'house;tenantry' '--cores' '2' '--memory' '4096' '--swap' '0' '--net0' 'name=eth0,bridge=vmbr0,firewall=1,tag=1250,hwaddr=02:00:01:45:B9:00,ip=10.64.250.17/24,gw=10.64.250.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--onboot' '1'
fi
step 'ct.83385.rootfs.size'
found 'match' '/nodes/pve3/lxc/83385/config' 'rootfs.size' '40G' ||
    send 'set' '/nodes/pve3/lxc/83385/resize' '--disk' 'rootfs' '--size' '40G'
step 'ct.94219'
if found 'match' '/cluster/resources' 'vmid' '94219'; then
    found match '/cluster/resources' 'vmid' '94219' 'pool' 'lawyers' ||
        die "$id is something else already"
    keep '/nodes/pve3/lxc/94219/config' '--hostname' 'lawyers-mail' '--description' 'Managed by tenantry: lawyers.lawyers-mail' '--tags' 'lawyers;tenantry' '--cores' '2' '--memory' '4096' '--swap' '0' '--net0' 'name=eth0,bridge=vmbr0,firewall=1,tag=1003,hwaddr=02:00:01:70:0B:00,ip=10.64.3.213/24,gw=10.64.3.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--onboot' '1'
else
    send 'create' '/nodes/pve3/lxc' '--vmid' '94219' '--pool' 'lawyers' '--ostemplate' 'local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst' '--unprivileged' '1' '--rootfs' 'tank:40' '--hostname' 'lawyers-mail' '--description' 'Managed by tenantry: lawyers.lawyers-mail' '--tags' 'lawyers;tenantry' '--cores' '2' '--memory' '4096' '--swap' '0' '--net0' 'name=eth0,bridge=vmbr0,firewall=1,tag=1003,hwaddr=02:00:01:70:0B:00,ip=10.64.3.213/24,gw=10.64.3.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--onboot' '1'
fi
step 'ct.94219.rootfs.size'
found 'match' '/nodes/pve3/lxc/94219/config' 'rootfs.size' '40G' ||
    send 'set' '/nodes/pve3/lxc/94219/resize' '--disk' 'rootfs' '--size' '40G'
step 'ct.99862'
if found 'match' '/cluster/resources' 'vmid' '99862'; then
    found match '/cluster/resources' 'vmid' '99862' 'pool' 'lawyers' ||
        die "$id is something else already"
    keep '/nodes/pve1/lxc/99862/config' '--hostname' 'lawyers-web' '--description' 'Managed by tenantry: lawyers.lawyers-web' '--tags' 'lawyers;tenantry' '--cores' '2' '--memory' '4096' '--swap' '0' '--net0' 'name=eth0,bridge=vmbr0,firewall=1,tag=1003,hwaddr=02:00:01:86:16:00,ip=10.64.3.94/24,gw=10.64.3.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--onboot' '1'
else
    send 'create' '/nodes/pve1/lxc' '--vmid' '99862' '--pool' 'lawyers' '--ostemplate' 'local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst' '--unprivileged' '1' '--rootfs' 'tank:40' '--hostname' 'lawyers-web' '--description' 'Managed by tenantry: lawyers.lawyers-web' '--tags' 'lawyers;tenantry' '--cores' '2' '--memory' '4096' '--swap' '0' '--net0' 'name=eth0,bridge=vmbr0,firewall=1,tag=1003,hwaddr=02:00:01:86:16:00,ip=10.64.3.94/24,gw=10.64.3.1' '--nameserver' '10.0.0.2' '--searchdomain' 'hosting.example' '--onboot' '1'
fi
step 'ct.99862.rootfs.size'
found 'match' '/nodes/pve1/lxc/99862/config' 'rootfs.size' '40G' ||
    send 'set' '/nodes/pve1/lxc/99862/resize' '--disk' 'rootfs' '--size' '40G'
step 'vm.47018.fw.group'
found 'match' '/nodes/pve1/qemu/47018/firewall/rules' 'action' 'bakery_bakery-db' ||
    send 'create' '/nodes/pve1/qemu/47018/firewall/rules' '--type' 'group' '--action' 'bakery_bakery-db' '--enable' '1' '--comment' 'flows of bakery.bakery-db'
step 'vm.47018.fw.prune'
prune '/nodes/pve1/qemu/47018/firewall/rules' 'pos' 'action' 'bakery_bakery-db'
step 'vm.47018.fw.ipfilter-net0'
found 'match' '/nodes/pve1/qemu/47018/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve1/qemu/47018/firewall/ipset' '--name' 'ipfilter-net0'
step 'vm.47018.fw.ipfilter-net0.10.64.1.207'
found 'match' '/nodes/pve1/qemu/47018/firewall/ipset/ipfilter-net0' 'cidr' '10.64.1.207' ||
    send 'create' '/nodes/pve1/qemu/47018/firewall/ipset/ipfilter-net0' '--cidr' '10.64.1.207'
step 'vm.47018.fw.ipfilter-net0.prune'
prune '/nodes/pve1/qemu/47018/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '10.64.1.207'
step 'vm.47018.fw.options'
keep '/nodes/pve1/qemu/47018/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'vm.49278.fw.group'
found 'match' '/nodes/pve2/qemu/49278/firewall/rules' 'action' 'bakery_bakery-shop' ||
    send 'create' '/nodes/pve2/qemu/49278/firewall/rules' '--type' 'group' '--action' 'bakery_bakery-shop' '--enable' '1' '--comment' 'flows of bakery.bakery-shop'
step 'vm.49278.fw.prune'
prune '/nodes/pve2/qemu/49278/firewall/rules' 'pos' 'action' 'bakery_bakery-shop'
step 'vm.49278.fw.ipfilter-net0'
found 'match' '/nodes/pve2/qemu/49278/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve2/qemu/49278/firewall/ipset' '--name' 'ipfilter-net0'
step 'vm.49278.fw.ipfilter-net0.10.64.1.195'
found 'match' '/nodes/pve2/qemu/49278/firewall/ipset/ipfilter-net0' 'cidr' '10.64.1.195' ||
    send 'create' '/nodes/pve2/qemu/49278/firewall/ipset/ipfilter-net0' '--cidr' '10.64.1.195'
step 'vm.49278.fw.ipfilter-net0.prune'
prune '/nodes/pve2/qemu/49278/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '10.64.1.195'
step 'vm.49278.fw.options'
keep '/nodes/pve2/qemu/49278/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'vm.34205.fw.group'
found 'match' '/nodes/pve3/qemu/34205/firewall/rules' 'action' 'brewery___74646c2b' ||
    send 'create' '/nodes/pve3/qemu/34205/firewall/rules' '--type' 'group' '--action' 'brewery___74646c2b' '--enable' '1' '--comment' 'flows of brewery.brewery-till'
step 'vm.34205.fw.prune'
prune '/nodes/pve3/qemu/34205/firewall/rules' 'pos' 'action' 'brewery___74646c2b'
step 'vm.34205.fw.ipfilter-net0'
found 'match' '/nodes/pve3/qemu/34205/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve3/qemu/34205/firewall/ipset' '--name' 'ipfilter-net0'
step 'vm.34205.fw.ipfilter-net0.10.64.5.12'
found 'match' '/nodes/pve3/qemu/34205/firewall/ipset/ipfilter-net0' 'cidr' '10.64.5.12' ||
    send 'create' '/nodes/pve3/qemu/34205/firewall/ipset/ipfilter-net0' '--cidr' '10.64.5.12'
step 'vm.34205.fw.ipfilter-net0.prune'
prune '/nodes/pve3/qemu/34205/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '10.64.5.12'
step 'vm.34205.fw.options'
keep '/nodes/pve3/qemu/34205/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'vm.47178.fw.group'
found 'match' '/nodes/pve2/qemu/47178/firewall/rules' 'action' 'dentist___41ba6ff2' ||
    send 'create' '/nodes/pve2/qemu/47178/firewall/rules' '--type' 'group' '--action' 'dentist___41ba6ff2' '--enable' '1' '--comment' 'flows of dentist.dentist-files'
step 'vm.47178.fw.prune'
prune '/nodes/pve2/qemu/47178/firewall/rules' 'pos' 'action' 'dentist___41ba6ff2'
step 'vm.47178.fw.ipfilter-net0'
found 'match' '/nodes/pve2/qemu/47178/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve2/qemu/47178/firewall/ipset' '--name' 'ipfilter-net0'
step 'vm.47178.fw.ipfilter-net0.10.64.2.13'
found 'match' '/nodes/pve2/qemu/47178/firewall/ipset/ipfilter-net0' 'cidr' '10.64.2.13' ||
    send 'create' '/nodes/pve2/qemu/47178/firewall/ipset/ipfilter-net0' '--cidr' '10.64.2.13'
step 'vm.47178.fw.ipfilter-net0.prune'
prune '/nodes/pve2/qemu/47178/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '10.64.2.13'
step 'vm.47178.fw.options'
keep '/nodes/pve2/qemu/47178/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'ct.83385.fw.group'
found 'match' '/nodes/pve3/lxc/83385/firewall/rules' 'action' 'house_edge' ||
    send 'create' '/nodes/pve3/lxc/83385/firewall/rules' '--type' 'group' '--action' 'house_edge' '--enable' '1' '--comment' 'flows of house.edge'
step 'ct.83385.fw.prune'
prune '/nodes/pve3/lxc/83385/firewall/rules' 'pos' 'action' 'house_edge'
step 'ct.83385.fw.ipfilter-net0'
found 'match' '/nodes/pve3/lxc/83385/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve3/lxc/83385/firewall/ipset' '--name' 'ipfilter-net0'
step 'ct.83385.fw.ipfilter-net0.10.64.250.17'
found 'match' '/nodes/pve3/lxc/83385/firewall/ipset/ipfilter-net0' 'cidr' '10.64.250.17' ||
    send 'create' '/nodes/pve3/lxc/83385/firewall/ipset/ipfilter-net0' '--cidr' '10.64.250.17'
step 'ct.83385.fw.ipfilter-net0.prune'
prune '/nodes/pve3/lxc/83385/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '10.64.250.17'
step 'ct.83385.fw.options'
keep '/nodes/pve3/lxc/83385/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'ct.94219.fw.group'
found 'match' '/nodes/pve3/lxc/94219/firewall/rules' 'action' 'lawyers___65654a21' ||
    send 'create' '/nodes/pve3/lxc/94219/firewall/rules' '--type' 'group' '--action' 'lawyers___65654a21' '--enable' '1' '--comment' 'flows of lawyers.lawyers-mail'
step 'ct.94219.fw.prune'
prune '/nodes/pve3/lxc/94219/firewall/rules' 'pos' 'action' 'lawyers___65654a21'
step 'ct.94219.fw.ipfilter-net0'
found 'match' '/nodes/pve3/lxc/94219/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve3/lxc/94219/firewall/ipset' '--name' 'ipfilter-net0'
step 'ct.94219.fw.ipfilter-net0.10.64.3.213'
found 'match' '/nodes/pve3/lxc/94219/firewall/ipset/ipfilter-net0' 'cidr' '10.64.3.213' ||
    send 'create' '/nodes/pve3/lxc/94219/firewall/ipset/ipfilter-net0' '--cidr' '10.64.3.213'
step 'ct.94219.fw.ipfilter-net0.prune'
prune '/nodes/pve3/lxc/94219/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '10.64.3.213'
step 'ct.94219.fw.options'
keep '/nodes/pve3/lxc/94219/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'ct.99862.fw.group'
found 'match' '/nodes/pve1/lxc/99862/firewall/rules' 'action' 'lawyers___b5189856' ||
    send 'create' '/nodes/pve1/lxc/99862/firewall/rules' '--type' 'group' '--action' 'lawyers___b5189856' '--enable' '1' '--comment' 'flows of lawyers.lawyers-web'
step 'ct.99862.fw.prune'
prune '/nodes/pve1/lxc/99862/firewall/rules' 'pos' 'action' 'lawyers___b5189856'
step 'ct.99862.fw.ipfilter-net0'
found 'match' '/nodes/pve1/lxc/99862/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve1/lxc/99862/firewall/ipset' '--name' 'ipfilter-net0'
step 'ct.99862.fw.ipfilter-net0.10.64.3.94'
found 'match' '/nodes/pve1/lxc/99862/firewall/ipset/ipfilter-net0' 'cidr' '10.64.3.94' ||
    send 'create' '/nodes/pve1/lxc/99862/firewall/ipset/ipfilter-net0' '--cidr' '10.64.3.94'
step 'ct.99862.fw.ipfilter-net0.prune'
prune '/nodes/pve1/lxc/99862/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '10.64.3.94'
step 'ct.99862.fw.options'
keep '/nodes/pve1/lxc/99862/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'backup.b-bakery-bakery-db-nightly'
if found 'exists' '/cluster/backup/b-bakery-bakery-db-nightly'; then
    keep '/cluster/backup/b-bakery-bakery-db-nightly' '--vmid' '47018' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
else
    send 'create' '/cluster/backup' '--id' 'b-bakery-bakery-db-nightly' '--vmid' '47018' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
fi
step 'backup.b-bakery-bakery-shop-nightly'
if found 'exists' '/cluster/backup/b-bakery-bakery-shop-nightly'; then
    keep '/cluster/backup/b-bakery-bakery-shop-nightly' '--vmid' '49278' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
else
    send 'create' '/cluster/backup' '--id' 'b-bakery-bakery-shop-nightly' '--vmid' '49278' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
fi
step 'backup.b-brewery-brewery-till-nightly'
if found 'exists' '/cluster/backup/b-brewery-brewery-till-nightly'; then
    keep '/cluster/backup/b-brewery-brewery-till-nightly' '--vmid' '34205' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
else
    send 'create' '/cluster/backup' '--id' 'b-brewery-brewery-till-nightly' '--vmid' '34205' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
fi
step 'backup.b-dentist-dentist-files-nightly'
if found 'exists' '/cluster/backup/b-dentist-dentist-files-nightly'; then
    keep '/cluster/backup/b-dentist-dentist-files-nightly' '--vmid' '47178' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
else
    send 'create' '/cluster/backup' '--id' 'b-dentist-dentist-files-nightly' '--vmid' '47178' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
fi
step 'backup.b-house-edge-nightly'
if found 'exists' '/cluster/backup/b-house-edge-nightly'; then
    keep '/cluster/backup/b-house-edge-nightly' '--vmid' '83385' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
else
    send 'create' '/cluster/backup' '--id' 'b-house-edge-nightly' '--vmid' '83385' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
fi
step 'backup.b-lawyers-lawyers-mail-nightly'
if found 'exists' '/cluster/backup/b-lawyers-lawyers-mail-nightly'; then
    keep '/cluster/backup/b-lawyers-lawyers-mail-nightly' '--vmid' '94219' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
else
    send 'create' '/cluster/backup' '--id' 'b-lawyers-lawyers-mail-nightly' '--vmid' '94219' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
fi
step 'backup.b-lawyers-lawyers-web-nightly'
if found 'exists' '/cluster/backup/b-lawyers-lawyers-web-nightly'; then
    keep '/cluster/backup/b-lawyers-lawyers-web-nightly' '--vmid' '99862' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
else
    send 'create' '/cluster/backup' '--id' 'b-lawyers-lawyers-web-nightly' '--vmid' '99862' '--storage' 'vault' '--schedule' '01:30' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=3'
fi
step 'start.vm.47018'
found 'match' '/nodes/pve1/qemu/47018/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve1/qemu/47018/status/start'
step 'start.vm.49278'
found 'match' '/nodes/pve2/qemu/49278/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve2/qemu/49278/status/start'
step 'start.vm.34205'
found 'match' '/nodes/pve3/qemu/34205/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve3/qemu/34205/status/start'
step 'start.vm.47178'
found 'match' '/nodes/pve2/qemu/47178/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve2/qemu/47178/status/start'
step 'start.ct.83385'
found 'match' '/nodes/pve3/lxc/83385/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve3/lxc/83385/status/start'
step 'start.ct.94219'
found 'match' '/nodes/pve3/lxc/94219/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve3/lxc/94219/status/start'
step 'start.ct.99862'
found 'match' '/nodes/pve1/lxc/99862/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve1/lxc/99862/status/start'

if [ "$dry_run" = yes ]; then
    printf '%s: %d calls would be sent\n' "$cluster" "$changes"
else
    printf '%s: %d calls sent\n' "$cluster" "$changes"
fi
