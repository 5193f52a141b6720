#!/bin/sh
# Brings a Proxmox cluster to the state that plan.json describes, through pvesh, as root on one
# of its machines. It asks before it makes: a second run changes nothing.
#
#   apply.sh             makes it so; stops at the first error
#   apply.sh --dry-run   says what it would send
#
# TENANTRY_APPROVE="ID ..." approves the steps that ask for somebody to look first.
set -eu

cluster='home'
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
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

# deliver MACHINE FILE: user data, which the API cannot bring to a machine.
deliver() {
    file=/var/lib/vz/snippets/$2
    printf 'snippet %s on %s\n' "$2" "$1"
    [ "$dry_run" = no ] || return 0
    if [ "$1" = "$(hostname)" ]; then
        mkdir -p /var/lib/vz/snippets
        cp "$here/snippets/$2" "$file"
    else
        scp -q -o BatchMode=yes "$here/snippets/$2" "root@$1:$file"
    fi
}

# What must be there before the first call.
command -v pvesh >/dev/null || die 'pvesh is not here: run this on a machine of the cluster'
pvesh get /version --output-format json >"$work/read" || die 'the API does not answer'
perl "$work/judge.pl" text "$work/read" >"$work/version"
grep -q "\(^\|,\)version="'9''\.' "$work/version" || die "the plan of $cluster is for release "'9'
found match /nodes node 'pve' || die "no machine "'pve'
found match '/nodes/pve/qemu/9000/config' template 1 || die '9000'" is not a template"
found has '/nodes/pve/qemu/9000/config' 'scsi0' || die "template "'9000'" has no "'scsi0'
found match '/nodes/pve/qemu/9001/config' template 1 || die '9001'" is not a template"
found has '/nodes/pve/qemu/9001/config' 'scsi0' || die "template "'9001'" has no "'scsi0'
found holds /storage/'local' content 'snippets' || die "storage "'local'" does not take "'snippets'": add it with pvesm set"
found match /nodes/'pve'/time timezone 'Europe/Berlin' ||
    printf 'apply: schedules are in %s, the clock of %s is not\n' 'Europe/Berlin' 'pve' >&2
deliver 'pve' 'tenantry-12303.yaml'
deliver 'pve' 'tenantry-40654.yaml'

step 'pool.family'
found 'match' '/pools' 'poolid' 'family' ||
    send 'create' '/pools' '--poolid' 'family' '--comment' 'tenant family'
step 'storage.tank'
if found 'exists' '/storage/tank'; then
    keep '/storage/tank' '--content' 'images,rootdir'
else
    send 'create' '/storage' '--storage' 'tank' '--type' 'zfspool' '--pool' 'tank' '--sparse' '1' '--content' 'images,rootdir'
fi
step 'storage.nas'
if found 'exists' '/storage/nas'; then
    keep '/storage/nas' '--content' 'backup'
else
    send 'create' '/storage' '--storage' 'nas' '--type' 'nfs' '--server' '192.168.10.5' '--export' '/volume1/backup' '--content' 'backup'
fi
step 'image.pve.debian-13-standard_13.1-2_amd64.tar.zst'
found 'match' '/nodes/pve/storage/local/content' 'volid' 'local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst' ||
    send 'create' '/nodes/pve/aplinfo' '--storage' 'local' '--template' 'debian-13-standard_13.1-2_amd64.tar.zst'
step 'fw.ipset.family_automation'
found 'match' '/cluster/firewall/ipset' 'name' 'family_automation' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'family_automation' '--comment' 'addresses of family.automation'
step 'fw.ipset.family_automation.192.168.10.21'
found 'match' '/cluster/firewall/ipset/family_automation' 'cidr' '192.168.10.21' ||
    send 'create' '/cluster/firewall/ipset/family_automation' '--cidr' '192.168.10.21'
step 'fw.ipset.family_automation.prune'
prune '/cluster/firewall/ipset/family_automation' 'cidr' 'cidr' '192.168.10.21'
step 'fw.ipset.family_files'
found 'match' '/cluster/firewall/ipset' 'name' 'family_files' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'family_files' '--comment' 'addresses of family.files'
step 'fw.ipset.family_files.192.168.10.22'
found 'match' '/cluster/firewall/ipset/family_files' 'cidr' '192.168.10.22' ||
    send 'create' '/cluster/firewall/ipset/family_files' '--cidr' '192.168.10.22'
step 'fw.ipset.family_files.prune'
prune '/cluster/firewall/ipset/family_files' 'cidr' 'cidr' '192.168.10.22'
step 'fw.ipset.family_media'
found 'match' '/cluster/firewall/ipset' 'name' 'family_media' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'family_media' '--comment' 'addresses of family.media'
step 'fw.ipset.family_media.192.168.10.23'
found 'match' '/cluster/firewall/ipset/family_media' 'cidr' '192.168.10.23' ||
    send 'create' '/cluster/firewall/ipset/family_media' '--cidr' '192.168.10.23'
step 'fw.ipset.family_media.prune'
prune '/cluster/firewall/ipset/family_media' 'cidr' 'cidr' '192.168.10.23'
step 'fw.ipset.family_proxy'
found 'match' '/cluster/firewall/ipset' 'name' 'family_proxy' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'family_proxy' '--comment' 'addresses of family.proxy'
step 'fw.ipset.family_proxy.192.168.10.20'
found 'match' '/cluster/firewall/ipset/family_proxy' 'cidr' '192.168.10.20' ||
    send 'create' '/cluster/firewall/ipset/family_proxy' '--cidr' '192.168.10.20'
step 'fw.ipset.family_proxy.prune'
prune '/cluster/firewall/ipset/family_proxy' 'cidr' 'cidr' '192.168.10.20'
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
step 'fw.group.family_automation'
found 'match' '/cluster/firewall/groups' 'group' 'family_automation' ||
    send 'create' '/cluster/firewall/groups' '--group' 'family_automation' '--comment' 'flows of family.automation'
step 'fw.group.family_automation.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/family_automation' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/family_automation' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.family_automation.6929cfe94461'
found 'match' '/cluster/firewall/groups/family_automation' 'comment' 'out dns udp #131eea14 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/family_automation' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '192.168.10.1/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #131eea14 53 (resolver)'
step 'fw.group.family_automation.1fb60a9423b2'
found 'match' '/cluster/firewall/groups/family_automation' 'comment' 'out dns tcp #131eea14 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/family_automation' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '192.168.10.1/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #131eea14 53 (resolver)'
step 'fw.group.family_automation.b233ddeda03f'
found 'match' '/cluster/firewall/groups/family_automation' 'comment' 'in family.proxy tcp 8123' ||
    send 'create' '/cluster/firewall/groups/family_automation' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '+dc/family_proxy' '--proto' 'tcp' '--dport' '8123' '--log' 'nolog' '--comment' 'in family.proxy tcp 8123'
step 'fw.group.family_automation.prune'
prune '/cluster/firewall/groups/family_automation' 'pos' 'comment' 'in family.proxy tcp 8123' 'out dns tcp #131eea14 53 (resolver)' 'out dns udp #131eea14 53 (resolver)' 'out internet tcp 443'
step 'fw.group.family_files'
found 'match' '/cluster/firewall/groups' 'group' 'family_files' ||
    send 'create' '/cluster/firewall/groups' '--group' 'family_files' '--comment' 'flows of family.files'
step 'fw.group.family_files.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/family_files' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/family_files' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.family_files.6929cfe94461'
found 'match' '/cluster/firewall/groups/family_files' 'comment' 'out dns udp #131eea14 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/family_files' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '192.168.10.1/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #131eea14 53 (resolver)'
step 'fw.group.family_files.1fb60a9423b2'
found 'match' '/cluster/firewall/groups/family_files' 'comment' 'out dns tcp #131eea14 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/family_files' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '192.168.10.1/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #131eea14 53 (resolver)'
step 'fw.group.family_files.a134a5cc4132'
found 'match' '/cluster/firewall/groups/family_files' 'comment' 'in family.proxy tcp 8080' ||
    send 'create' '/cluster/firewall/groups/family_files' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '+dc/family_proxy' '--proto' 'tcp' '--dport' '8080' '--log' 'nolog' '--comment' 'in family.proxy tcp 8080'
step 'fw.group.family_files.prune'
prune '/cluster/firewall/groups/family_files' 'pos' 'comment' 'in family.proxy tcp 8080' 'out dns tcp #131eea14 53 (resolver)' 'out dns udp #131eea14 53 (resolver)' 'out internet tcp 443'
step 'fw.group.family_media'
found 'match' '/cluster/firewall/groups' 'group' 'family_media' ||
    send 'create' '/cluster/firewall/groups' '--group' 'family_media' '--comment' 'flows of family.media'
step 'fw.group.family_media.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/family_media' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/family_media' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.family_media.6929cfe94461'
found 'match' '/cluster/firewall/groups/family_media' 'comment' 'out dns udp #131eea14 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/family_media' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '192.168.10.1/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #131eea14 53 (resolver)'
step 'fw.group.family_media.1fb60a9423b2'
found 'match' '/cluster/firewall/groups/family_media' 'comment' 'out dns tcp #131eea14 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/family_media' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '192.168.10.1/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #131eea14 53 (resolver)'
step 'fw.group.family_media.ef07e36ce096'
found 'match' '/cluster/firewall/groups/family_media' 'comment' 'in family.proxy tcp 8096' ||
    send 'create' '/cluster/firewall/groups/family_media' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '+dc/family_proxy' '--proto' 'tcp' '--dport' '8096' '--log' 'nolog' '--comment' 'in family.proxy tcp 8096'
step 'fw.group.family_media.prune'
prune '/cluster/firewall/groups/family_media' 'pos' 'comment' 'in family.proxy tcp 8096' 'out dns tcp #131eea14 53 (resolver)' 'out dns udp #131eea14 53 (resolver)' 'out internet tcp 443'
step 'fw.group.family_proxy'
found 'match' '/cluster/firewall/groups' 'group' 'family_proxy' ||
    send 'create' '/cluster/firewall/groups' '--group' 'family_proxy' '--comment' 'flows of family.proxy'
step 'fw.group.family_proxy.492f2f5a6628'
found 'match' '/cluster/firewall/groups/family_proxy' 'comment' 'out family.automation tcp 8123' ||
    send 'create' '/cluster/firewall/groups/family_proxy' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/family_automation' '--proto' 'tcp' '--dport' '8123' '--log' 'nolog' '--comment' 'out family.automation tcp 8123'
step 'fw.group.family_proxy.8815351a4974'
found 'match' '/cluster/firewall/groups/family_proxy' 'comment' 'out family.media tcp 8096' ||
    send 'create' '/cluster/firewall/groups/family_proxy' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/family_media' '--proto' 'tcp' '--dport' '8096' '--log' 'nolog' '--comment' 'out family.media tcp 8096'
step 'fw.group.family_proxy.b0dff8764ff4'
found 'match' '/cluster/firewall/groups/family_proxy' 'comment' 'out family.files tcp 8080' ||
    send 'create' '/cluster/firewall/groups/family_proxy' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/family_files' '--proto' 'tcp' '--dport' '8080' '--log' 'nolog' '--comment' 'out family.files tcp 8080'
step 'fw.group.family_proxy.6929cfe94461'
found 'match' '/cluster/firewall/groups/family_proxy' 'comment' 'out dns udp #131eea14 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/family_proxy' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '192.168.10.1/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #131eea14 53 (resolver)'
step 'fw.group.family_proxy.1fb60a9423b2'
found 'match' '/cluster/firewall/groups/family_proxy' 'comment' 'out dns tcp #131eea14 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/family_proxy' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '192.168.10.1/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #131eea14 53 (resolver)'
step 'fw.group.family_proxy.cff7aa97be4a'
found 'match' '/cluster/firewall/groups/family_proxy' 'comment' 'in clients tcp #788c130c 443 (expose)' ||
    send 'create' '/cluster/firewall/groups/family_proxy' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '192.168.10.128/25' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'in clients tcp #788c130c 443 (expose)'
step 'fw.group.family_proxy.prune'
prune '/cluster/firewall/groups/family_proxy' 'pos' 'comment' 'in clients tcp #788c130c 443 (expose)' 'out dns tcp #131eea14 53 (resolver)' 'out dns udp #131eea14 53 (resolver)' 'out family.files tcp 8080' 'out family.media tcp 8096' 'out family.automation tcp 8123'
step 'fw.cluster'
ask='the IP set management holds the addresses that operators come from'
keep '/cluster/firewall/options' '--enable' '1'
step 'vm.55199'
if found 'match' '/cluster/resources' 'vmid' '55199'; then
    found match '/cluster/resources' 'vmid' '55199' 'pool' 'family' ||
        die "$id is something else already"
else
    send 'create' '/nodes/pve/qemu/9001/clone' '--newid' '55199' '--name' 'automation' '--pool' 'family' '--full' '1' '--storage' 'tank'
fi
step 'vm.55199.config'
keep '/nodes/pve/qemu/55199/config' '--name' 'automation' '--description' 'Managed by tenantry: family.automation' '--tags' 'family;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '2' '--memory' '4096' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:00:D7:9F:00,bridge=vmbr0,firewall=1' '--agent' 'enabled=1' '--onboot' '1'
step 'vm.55199.efidisk0'
found 'has' '/nodes/pve/qemu/55199/config' 'efidisk0' ||
    send 'create' '/nodes/pve/qemu/55199/config' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
step 'vm.55199.scsi0.size'
found 'match' '/nodes/pve/qemu/55199/config' 'scsi0.size' '32G' ||
    send 'set' '/nodes/pve/qemu/55199/resize' '--disk' 'scsi0' '--size' '32G'
step 'vm.12303'
if found 'match' '/cluster/resources' 'vmid' '12303'; then
    found match '/cluster/resources' 'vmid' '12303' 'pool' 'family' ||
        die "$id is something else already"
else
    send 'create' '/nodes/pve/qemu/9000/clone' '--newid' '12303' '--name' 'files' '--pool' 'family' '--full' '1' '--storage' 'tank'
fi
step 'vm.12303.config'
keep '/nodes/pve/qemu/12303/config' '--name' 'files' '--description' 'Managed by tenantry: family.files' '--tags' 'family;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '2' '--memory' '8192' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:00:30:0F:00,bridge=vmbr0,firewall=1' '--ipconfig0' 'ip=192.168.10.22/24,gw=192.168.10.1' '--nameserver' '192.168.10.1' '--searchdomain' 'home.arpa' '--cicustom' 'user=local:snippets/tenantry-12303.yaml' '--agent' 'enabled=1' '--onboot' '1'
step 'vm.12303.efidisk0'
found 'has' '/nodes/pve/qemu/12303/config' 'efidisk0' ||
    send 'create' '/nodes/pve/qemu/12303/config' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
step 'vm.12303.ide2'
found 'has' '/nodes/pve/qemu/12303/config' 'ide2' ||
    send 'create' '/nodes/pve/qemu/12303/config' '--ide2' 'tank:cloudinit'
step 'vm.12303.scsi0.size'
found 'match' '/nodes/pve/qemu/12303/config' 'scsi0.size' '32G' ||
    send 'set' '/nodes/pve/qemu/12303/resize' '--disk' 'scsi0' '--size' '32G'
step 'vm.12303.scsi1'
found 'has' '/nodes/pve/qemu/12303/config' 'scsi1' ||
    send 'create' '/nodes/pve/qemu/12303/config' '--scsi1' 'tank:800,discard=on,iothread=1'
step 'vm.12303.scsi1.size'
found 'match' '/nodes/pve/qemu/12303/config' 'scsi1.size' '800G' ||
    send 'set' '/nodes/pve/qemu/12303/resize' '--disk' 'scsi1' '--size' '800G'
step 'vm.40654'
if found 'match' '/cluster/resources' 'vmid' '40654'; then
    found match '/cluster/resources' 'vmid' '40654' 'pool' 'family' ||
        die "$id is something else already"
else
    send 'create' '/nodes/pve/qemu/9000/clone' '--newid' '40654' '--name' 'media' '--pool' 'family' '--full' '1' '--storage' 'tank'
fi
step 'vm.40654.config'
keep '/nodes/pve/qemu/40654/config' '--name' 'media' '--description' 'Managed by tenantry: family.media' '--tags' 'family;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '4' '--memory' '8192' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:00:9E:CE:00,bridge=vmbr0,firewall=1' '--ipconfig0' 'ip=192.168.10.23/24,gw=192.168.10.1' '--nameserver' '192.168.10.1' '--searchdomain' 'home.arpa' '--cicustom' 'user=local:snippets/tenantry-40654.yaml' '--agent' 'enabled=1' '--onboot' '1'
step 'vm.40654.efidisk0'
found 'has' '/nodes/pve/qemu/40654/config' 'efidisk0' ||
    send 'create' '/nodes/pve/qemu/40654/config' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
step 'vm.40654.ide2'
found 'has' '/nodes/pve/qemu/40654/config' 'ide2' ||
    send 'create' '/nodes/pve/qemu/40654/config' '--ide2' 'tank:cloudinit'
step 'vm.40654.scsi0.size'
found 'match' '/nodes/pve/qemu/40654/config' 'scsi0.size' '32G' ||
    send 'set' '/nodes/pve/qemu/40654/resize' '--disk' 'scsi0' '--size' '32G'
step 'vm.40654.scsi1'
found 'has' '/nodes/pve/qemu/40654/config' 'scsi1' ||
    send 'create' '/nodes/pve/qemu/40654/config' '--scsi1' 'tank:500,discard=on,iothread=1'
step 'vm.40654.scsi1.size'
found 'match' '/nodes/pve/qemu/40654/config' 'scsi1.size' '500G' ||
    send 'set' '/nodes/pve/qemu/40654/resize' '--disk' 'scsi1' '--size' '500G'
step 'ct.24356'
if found 'match' '/cluster/resources' 'vmid' '24356'; then
    found match '/cluster/resources' 'vmid' '24356' 'pool' 'family' ||
        die "$id is something else already"
    keep '/nodes/pve/lxc/24356/config' '--hostname' 'proxy' '--description' 'Managed by tenantry: family.proxy' '--tags' 'family;tenantry' '--cores' '1' '--memory' '512' '--swap' '0' '--net0' 'name=eth0,bridge=vmbr0,firewall=1,hwaddr=02:00:00:5F:24:00,ip=192.168.10.20/24,gw=192.168.10.1' '--nameserver' '192.168.10.1' '--searchdomain' 'home.arpa' '--onboot' '1'
else
    send 'create' '/nodes/pve/lxc' '--vmid' '24356' '--pool' 'family' '--ostemplate' 'local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst' '--unprivileged' '1' '--rootfs' 'tank:8' '--hostname' 'proxy' '--description' 'Managed by tenantry: family.proxy' '--tags' 'family;tenantry' '--cores' '1' '--memory' '512' '--swap' '0' '--net0' 'name=eth0,bridge=vmbr0,firewall=1,hwaddr=02:00:00:5F:24:00,ip=192.168.10.20/24,gw=192.168.10.1' '--nameserver' '192.168.10.1' '--searchdomain' 'home.arpa' '--onboot' '1'
fi
step 'ct.24356.rootfs.size'
found 'match' '/nodes/pve/lxc/24356/config' 'rootfs.size' '8G' ||
    send 'set' '/nodes/pve/lxc/24356/resize' '--disk' 'rootfs' '--size' '8G'
step 'vm.55199.fw.group'
found 'match' '/nodes/pve/qemu/55199/firewall/rules' 'action' 'family_automation' ||
    send 'create' '/nodes/pve/qemu/55199/firewall/rules' '--type' 'group' '--action' 'family_automation' '--enable' '1' '--comment' 'flows of family.automation'
step 'vm.55199.fw.prune'
prune '/nodes/pve/qemu/55199/firewall/rules' 'pos' 'action' 'family_automation'
step 'vm.55199.fw.ipfilter-net0'
found 'match' '/nodes/pve/qemu/55199/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve/qemu/55199/firewall/ipset' '--name' 'ipfilter-net0'
step 'vm.55199.fw.ipfilter-net0.192.168.10.21'
found 'match' '/nodes/pve/qemu/55199/firewall/ipset/ipfilter-net0' 'cidr' '192.168.10.21' ||
    send 'create' '/nodes/pve/qemu/55199/firewall/ipset/ipfilter-net0' '--cidr' '192.168.10.21'
step 'vm.55199.fw.ipfilter-net0.prune'
prune '/nodes/pve/qemu/55199/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '192.168.10.21'
step 'vm.55199.fw.options'
keep '/nodes/pve/qemu/55199/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'vm.12303.fw.group'
found 'match' '/nodes/pve/qemu/12303/firewall/rules' 'action' 'family_files' ||
    send 'create' '/nodes/pve/qemu/12303/firewall/rules' '--type' 'group' '--action' 'family_files' '--enable' '1' '--comment' 'flows of family.files'
step 'vm.12303.fw.prune'
prune '/nodes/pve/qemu/12303/firewall/rules' 'pos' 'action' 'family_files'
step 'vm.12303.fw.ipfilter-net0'
found 'match' '/nodes/pve/qemu/12303/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve/qemu/12303/firewall/ipset' '--name' 'ipfilter-net0'
step 'vm.12303.fw.ipfilter-net0.192.168.10.22'
found 'match' '/nodes/pve/qemu/12303/firewall/ipset/ipfilter-net0' 'cidr' '192.168.10.22' ||
    send 'create' '/nodes/pve/qemu/12303/firewall/ipset/ipfilter-net0' '--cidr' '192.168.10.22'
step 'vm.12303.fw.ipfilter-net0.prune'
prune '/nodes/pve/qemu/12303/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '192.168.10.22'
step 'vm.12303.fw.options'
keep '/nodes/pve/qemu/12303/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'vm.40654.fw.group'
found 'match' '/nodes/pve/qemu/40654/firewall/rules' 'action' 'family_media' ||
    send 'create' '/nodes/pve/qemu/40654/firewall/rules' '--type' 'group' '--action' 'family_media' '--enable' '1' '--comment' 'flows of family.media'
step 'vm.40654.fw.prune'
prune '/nodes/pve/qemu/40654/firewall/rules' 'pos' 'action' 'family_media'
step 'vm.40654.fw.ipfilter-net0'
found 'match' '/nodes/pve/qemu/40654/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve/qemu/40654/firewall/ipset' '--name' 'ipfilter-net0'
step 'vm.40654.fw.ipfilter-net0.192.168.10.23'
found 'match' '/nodes/pve/qemu/40654/firewall/ipset/ipfilter-net0' 'cidr' '192.168.10.23' ||
    send 'create' '/nodes/pve/qemu/40654/firewall/ipset/ipfilter-net0' '--cidr' '192.168.10.23'
step 'vm.40654.fw.ipfilter-net0.prune'
prune '/nodes/pve/qemu/40654/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '192.168.10.23'
step 'vm.40654.fw.options'
keep '/nodes/pve/qemu/40654/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'ct.24356.fw.group'
found 'match' '/nodes/pve/lxc/24356/firewall/rules' 'action' 'family_proxy' ||
    send 'create' '/nodes/pve/lxc/24356/firewall/rules' '--type' 'group' '--action' 'family_proxy' '--enable' '1' '--comment' 'flows of family.proxy'
step 'ct.24356.fw.prune'
prune '/nodes/pve/lxc/24356/firewall/rules' 'pos' 'action' 'family_proxy'
step 'ct.24356.fw.ipfilter-net0'
found 'match' '/nodes/pve/lxc/24356/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve/lxc/24356/firewall/ipset' '--name' 'ipfilter-net0'
step 'ct.24356.fw.ipfilter-net0.192.168.10.20'
found 'match' '/nodes/pve/lxc/24356/firewall/ipset/ipfilter-net0' 'cidr' '192.168.10.20' ||
    send 'create' '/nodes/pve/lxc/24356/firewall/ipset/ipfilter-net0' '--cidr' '192.168.10.20'
step 'ct.24356.fw.ipfilter-net0.prune'
prune '/nodes/pve/lxc/24356/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '192.168.10.20'
step 'ct.24356.fw.options'
keep '/nodes/pve/lxc/24356/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'backup.b-family-automation-nightly'
if found 'exists' '/cluster/backup/b-family-automation-nightly'; then
    keep '/cluster/backup/b-family-automation-nightly' '--vmid' '55199' '--storage' 'nas' '--schedule' '00:00' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4'
else
    send 'create' '/cluster/backup' '--id' 'b-family-automation-nightly' '--vmid' '55199' '--storage' 'nas' '--schedule' '00:00' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4'
fi
step 'backup.b-family-files-nightly'
if found 'exists' '/cluster/backup/b-family-files-nightly'; then
    keep '/cluster/backup/b-family-files-nightly' '--vmid' '12303' '--storage' 'nas' '--schedule' '00:00' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=6'
else
    send 'create' '/cluster/backup' '--id' 'b-family-files-nightly' '--vmid' '12303' '--storage' 'nas' '--schedule' '00:00' '--mode' 'snapshot' '--enabled' '1' '--repeat-missed' '1' '--prune-backups' 'keep-daily=7,keep-weekly=4,keep-monthly=6'
fi
step 'start.vm.55199'
found 'match' '/nodes/pve/qemu/55199/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve/qemu/55199/status/start'
step 'start.vm.12303'
found 'match' '/nodes/pve/qemu/12303/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve/qemu/12303/status/start'
step 'start.vm.40654'
found 'match' '/nodes/pve/qemu/40654/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve/qemu/40654/status/start'
step 'start.ct.24356'
found 'match' '/nodes/pve/lxc/24356/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve/lxc/24356/status/start'

if [ "$dry_run" = yes ]; then
    printf '%s: %d calls would be sent\n' "$cluster" "$changes"
else
    printf '%s: %d calls sent\n' "$cluster" "$changes"
fi
