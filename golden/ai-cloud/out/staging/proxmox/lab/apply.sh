#!/bin/sh
# Brings a Proxmox cluster to the state that plan.json describes, through pvesh, as root on one
# of its machines. It asks before it makes: a second run changes nothing.
#
#   apply.sh             makes it so; stops at the first error
#   apply.sh --dry-run   says what it would send
#
# TENANTRY_APPROVE="ID ..." approves the steps that ask for somebody to look first.
set -eu

cluster='lab'
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


# What must be there before the first call.
command -v pvesh >/dev/null || die 'pvesh is not here: run this on a machine of the cluster'
pvesh get /version --output-format json >"$work/read" || die 'the API does not answer'
perl "$work/judge.pl" text "$work/read" >"$work/version"
grep -q "\(^\|,\)version="'9''\.' "$work/version" || die "the plan of $cluster is for release "'9'
found match /nodes node 'pve1' || die "no machine "'pve1'
found match '/nodes/pve1/qemu/9000/config' template 1 || die '9000'" is not a template"
found has '/nodes/pve1/qemu/9000/config' 'scsi0' || die "template "'9000'" has no "'scsi0'
found match /nodes/'pve1'/time timezone 'Asia/Shanghai' ||
    printf 'apply: schedules are in %s, the clock of %s is not\n' 'Asia/Shanghai' 'pve1' >&2

step 'pool.research'
found 'match' '/pools' 'poolid' 'research' ||
    send 'create' '/pools' '--poolid' 'research' '--comment' 'tenant research'
step 'role.tenantry-admin'
if found 'exists' '/access/roles/tenantry-admin'; then
    keep '/access/roles/tenantry-admin' '--privs' 'Permissions.Modify,Pool.Audit,VM.Audit,VM.Backup,VM.Config.CDROM,VM.Config.CPU,VM.Config.Cloudinit,VM.Config.Disk,VM.Config.Memory,VM.Config.Options,VM.Console,VM.GuestAgent.Audit,VM.PowerMgmt,VM.Snapshot,VM.Snapshot.Rollback'
else
    send 'create' '/access/roles' '--roleid' 'tenantry-admin' '--privs' 'Permissions.Modify,Pool.Audit,VM.Audit,VM.Backup,VM.Config.CDROM,VM.Config.CPU,VM.Config.Cloudinit,VM.Config.Disk,VM.Config.Memory,VM.Config.Options,VM.Console,VM.GuestAgent.Audit,VM.PowerMgmt,VM.Snapshot,VM.Snapshot.Rollback'
fi
step 'group.research'
found 'exists' '/access/groups/research' ||
    send 'create' '/access/groups' '--groupid' 'research'
step 'acl.research.tenantry-admin.research'
send 'set' '/access/acl' '--path' '/pool/research' '--groups' 'research' '--roles' 'tenantry-admin' '--propagate' '1'
step 'storage.tank'
if found 'exists' '/storage/tank'; then
    keep '/storage/tank' '--content' 'images,rootdir'
else
    send 'create' '/storage' '--storage' 'tank' '--type' 'zfspool' '--pool' 'tank' '--sparse' '1' '--content' 'images,rootdir'
fi
step 'image.pve1.debian-13-standard_13.1-2_amd64.tar.zst'
found 'match' '/nodes/pve1/storage/local/content' 'volid' 'local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst' ||
    send 'create' '/nodes/pve1/aplinfo' '--storage' 'local' '--template' 'debian-13-standard_13.1-2_amd64.tar.zst'
step 'fw.ipset.research_cache'
found 'match' '/cluster/firewall/ipset' 'name' 'research_cache' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'research_cache' '--comment' 'addresses of research.cache'
step 'fw.ipset.research_cache.10.30.0.196'
found 'match' '/cluster/firewall/ipset/research_cache' 'cidr' '10.30.0.196' ||
    send 'create' '/cluster/firewall/ipset/research_cache' '--cidr' '10.30.0.196'
step 'fw.ipset.research_cache.prune'
prune '/cluster/firewall/ipset/research_cache' 'cidr' 'cidr' '10.30.0.196'
step 'fw.ipset.research_notebook'
found 'match' '/cluster/firewall/ipset' 'name' 'research_notebook' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'research_notebook' '--comment' 'addresses of research.notebook'
step 'fw.ipset.research_notebook.10.30.0.205'
found 'match' '/cluster/firewall/ipset/research_notebook' 'cidr' '10.30.0.205' ||
    send 'create' '/cluster/firewall/ipset/research_notebook' '--cidr' '10.30.0.205'
step 'fw.ipset.research_notebook.prune'
prune '/cluster/firewall/ipset/research_notebook' 'cidr' 'cidr' '10.30.0.205'
step 'fw.ipset.research_runner'
found 'match' '/cluster/firewall/ipset' 'name' 'research_runner' ||
    send 'create' '/cluster/firewall/ipset' '--name' 'research_runner' '--comment' 'addresses of research.runner'
step 'fw.ipset.research_runner.10.30.0.62'
found 'match' '/cluster/firewall/ipset/research_runner' 'cidr' '10.30.0.62' ||
    send 'create' '/cluster/firewall/ipset/research_runner' '--cidr' '10.30.0.62'
step 'fw.ipset.research_runner.prune'
prune '/cluster/firewall/ipset/research_runner' 'cidr' 'cidr' '10.30.0.62'
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
step 'fw.group.research_cache'
found 'match' '/cluster/firewall/groups' 'group' 'research_cache' ||
    send 'create' '/cluster/firewall/groups' '--group' 'research_cache' '--comment' 'flows of research.cache'
step 'fw.group.research_cache.7b4e9cefaf8d'
found 'match' '/cluster/firewall/groups/research_cache' 'comment' 'out internet tcp 443' ||
    send 'create' '/cluster/firewall/groups/research_cache' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/x__internet' '--proto' 'tcp' '--dport' '443' '--log' 'nolog' '--comment' 'out internet tcp 443'
step 'fw.group.research_cache.dfc5cd489e2e'
found 'match' '/cluster/firewall/groups/research_cache' 'comment' 'out dns udp #104731dd 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/research_cache' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.30.0.1/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #104731dd 53 (resolver)'
step 'fw.group.research_cache.cf2fbd9a8938'
found 'match' '/cluster/firewall/groups/research_cache' 'comment' 'out dns tcp #104731dd 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/research_cache' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.30.0.1/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #104731dd 53 (resolver)'
step 'fw.group.research_cache.2830b3da3cf4'
found 'match' '/cluster/firewall/groups/research_cache' 'comment' 'in research.runner tcp 3142' ||
    send 'create' '/cluster/firewall/groups/research_cache' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '+dc/research_runner' '--proto' 'tcp' '--dport' '3142' '--log' 'nolog' '--comment' 'in research.runner tcp 3142'
step 'fw.group.research_cache.c4228ded1d0e'
found 'match' '/cluster/firewall/groups/research_cache' 'comment' 'in research.notebook tcp 3142' ||
    send 'create' '/cluster/firewall/groups/research_cache' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '+dc/research_notebook' '--proto' 'tcp' '--dport' '3142' '--log' 'nolog' '--comment' 'in research.notebook tcp 3142'
step 'fw.group.research_cache.prune'
prune '/cluster/firewall/groups/research_cache' 'pos' 'comment' 'in research.notebook tcp 3142' 'in research.runner tcp 3142' 'out dns tcp #104731dd 53 (resolver)' 'out dns udp #104731dd 53 (resolver)' 'out internet tcp 443'
step 'fw.group.research_notebook'
found 'match' '/cluster/firewall/groups' 'group' 'research_notebook' ||
    send 'create' '/cluster/firewall/groups' '--group' 'research_notebook' '--comment' 'flows of research.notebook'
step 'fw.group.research_notebook.244e0f6450fd'
found 'match' '/cluster/firewall/groups/research_notebook' 'comment' 'out research.cache tcp 3142' ||
    send 'create' '/cluster/firewall/groups/research_notebook' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/research_cache' '--proto' 'tcp' '--dport' '3142' '--log' 'nolog' '--comment' 'out research.cache tcp 3142'
step 'fw.group.research_notebook.dfc5cd489e2e'
found 'match' '/cluster/firewall/groups/research_notebook' 'comment' 'out dns udp #104731dd 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/research_notebook' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.30.0.1/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #104731dd 53 (resolver)'
step 'fw.group.research_notebook.cf2fbd9a8938'
found 'match' '/cluster/firewall/groups/research_notebook' 'comment' 'out dns tcp #104731dd 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/research_notebook' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.30.0.1/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #104731dd 53 (resolver)'
step 'fw.group.research_notebook.dd1e99ddeaa2'
found 'match' '/cluster/firewall/groups/research_notebook' 'comment' 'in clients tcp #94c6699e 22 (expose)' ||
    send 'create' '/cluster/firewall/groups/research_notebook' '--type' 'in' '--action' 'ACCEPT' '--enable' '1' '--source' '203.0.113.0/24' '--proto' 'tcp' '--dport' '22' '--log' 'nolog' '--comment' 'in clients tcp #94c6699e 22 (expose)'
step 'fw.group.research_notebook.prune'
prune '/cluster/firewall/groups/research_notebook' 'pos' 'comment' 'in clients tcp #94c6699e 22 (expose)' 'out dns tcp #104731dd 53 (resolver)' 'out dns udp #104731dd 53 (resolver)' 'out research.cache tcp 3142'
step 'fw.group.research_runner'
found 'match' '/cluster/firewall/groups' 'group' 'research_runner' ||
    send 'create' '/cluster/firewall/groups' '--group' 'research_runner' '--comment' 'flows of research.runner'
step 'fw.group.research_runner.244e0f6450fd'
found 'match' '/cluster/firewall/groups/research_runner' 'comment' 'out research.cache tcp 3142' ||
    send 'create' '/cluster/firewall/groups/research_runner' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '+dc/research_cache' '--proto' 'tcp' '--dport' '3142' '--log' 'nolog' '--comment' 'out research.cache tcp 3142'
step 'fw.group.research_runner.dfc5cd489e2e'
found 'match' '/cluster/firewall/groups/research_runner' 'comment' 'out dns udp #104731dd 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/research_runner' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.30.0.1/32' '--proto' 'udp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns udp #104731dd 53 (resolver)'
step 'fw.group.research_runner.cf2fbd9a8938'
found 'match' '/cluster/firewall/groups/research_runner' 'comment' 'out dns tcp #104731dd 53 (resolver)' ||
    send 'create' '/cluster/firewall/groups/research_runner' '--type' 'out' '--action' 'ACCEPT' '--enable' '1' '--dest' '10.30.0.1/32' '--proto' 'tcp' '--dport' '53' '--log' 'nolog' '--comment' 'out dns tcp #104731dd 53 (resolver)'
step 'fw.group.research_runner.prune'
prune '/cluster/firewall/groups/research_runner' 'pos' 'comment' 'out dns tcp #104731dd 53 (resolver)' 'out dns udp #104731dd 53 (resolver)' 'out research.cache tcp 3142'
step 'fw.cluster'
ask='the IP set management holds the addresses that operators come from'
keep '/cluster/firewall/options' '--enable' '1'
step 'ct.16421'
if found 'match' '/cluster/resources' 'vmid' '16421'; then
    found match '/cluster/resources' 'vmid' '16421' 'pool' 'research' ||
        die "$id is something else already"
    keep '/nodes/pve1/lxc/16421/config' '--hostname' 'cache' '--description' 'Managed by tenantry: research.cache' '--tags' 'research;tenantry' '--cores' '1' '--memory' '2048' '--swap' '0' '--net0' 'name=eth0,bridge=vmbr0,firewall=1,tag=30,hwaddr=02:00:00:40:25:00,ip=10.30.0.196/24,gw=10.30.0.1' '--nameserver' '10.30.0.1' '--searchdomain' 'example.com' '--onboot' '1'
else
    send 'create' '/nodes/pve1/lxc' '--vmid' '16421' '--pool' 'research' '--ostemplate' 'local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst' '--unprivileged' '1' '--rootfs' 'tank:200' '--hostname' 'cache' '--description' 'Managed by tenantry: research.cache' '--tags' 'research;tenantry' '--cores' '1' '--memory' '2048' '--swap' '0' '--net0' 'name=eth0,bridge=vmbr0,firewall=1,tag=30,hwaddr=02:00:00:40:25:00,ip=10.30.0.196/24,gw=10.30.0.1' '--nameserver' '10.30.0.1' '--searchdomain' 'example.com' '--onboot' '1'
fi
step 'ct.16421.rootfs.size'
found 'match' '/nodes/pve1/lxc/16421/config' 'rootfs.size' '200G' ||
    send 'set' '/nodes/pve1/lxc/16421/resize' '--disk' 'rootfs' '--size' '200G'
step 'vm.40328'
if found 'match' '/cluster/resources' 'vmid' '40328'; then
    found match '/cluster/resources' 'vmid' '40328' 'pool' 'research' ||
        die "$id is something else already"
else
    send 'create' '/nodes/pve1/qemu/9000/clone' '--newid' '40328' '--name' 'notebook' '--pool' 'research' '--full' '1' '--storage' 'tank'
fi
step 'vm.40328.config'
keep '/nodes/pve1/qemu/40328/config' '--name' 'notebook' '--description' 'Managed by tenantry: research.notebook' '--tags' 'research;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '8' '--memory' '32768' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:00:9D:88:00,bridge=vmbr0,firewall=1,tag=30' '--ipconfig0' 'ip=10.30.0.205/24,gw=10.30.0.1' '--nameserver' '10.30.0.1' '--searchdomain' 'example.com' '--ciuser' 'li' '--sshkeys' 'ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIGG19lyIVEIbBNFeNf3RK0Y8VQ22m3wko2Ede5bTBmTy%20li%40research' '--agent' 'enabled=1' '--onboot' '1'
step 'vm.40328.efidisk0'
found 'has' '/nodes/pve1/qemu/40328/config' 'efidisk0' ||
    send 'create' '/nodes/pve1/qemu/40328/config' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
step 'vm.40328.ide2'
found 'has' '/nodes/pve1/qemu/40328/config' 'ide2' ||
    send 'create' '/nodes/pve1/qemu/40328/config' '--ide2' 'tank:cloudinit'
step 'vm.40328.scsi0.size'
found 'match' '/nodes/pve1/qemu/40328/config' 'scsi0.size' '64G' ||
    send 'set' '/nodes/pve1/qemu/40328/resize' '--disk' 'scsi0' '--size' '64G'
step 'vm.40328.scsi1'
found 'has' '/nodes/pve1/qemu/40328/config' 'scsi1' ||
    send 'create' '/nodes/pve1/qemu/40328/config' '--scsi1' 'tank:1024,discard=on,iothread=1'
step 'vm.40328.scsi1.size'
found 'match' '/nodes/pve1/qemu/40328/config' 'scsi1.size' '1T' ||
    send 'set' '/nodes/pve1/qemu/40328/resize' '--disk' 'scsi1' '--size' '1024G'
step 'vm.77686'
if found 'match' '/cluster/resources' 'vmid' '77686'; then
    found match '/cluster/resources' 'vmid' '77686' 'pool' 'research' ||
        die "$id is something else already"
else
    send 'create' '/nodes/pve1/qemu/9000/clone' '--newid' '77686' '--name' 'runner' '--pool' 'research' '--full' '1' '--storage' 'tank'
fi
step 'vm.77686.config'
keep '/nodes/pve1/qemu/77686/config' '--name' 'runner' '--description' 'Managed by tenantry: research.runner' '--tags' 'research;tenantry' '--ostype' 'l26' '--machine' 'q35' '--bios' 'ovmf' '--cpu' 'host' '--sockets' '1' '--cores' '4' '--memory' '16384' '--balloon' '0' '--numa' '0' '--allow-ksm' '0' '--scsihw' 'virtio-scsi-single' '--boot' 'order=scsi0' '--net0' 'virtio=02:00:01:2F:76:00,bridge=vmbr0,firewall=1,tag=30' '--ipconfig0' 'ip=10.30.0.62/24,gw=10.30.0.1' '--nameserver' '10.30.0.1' '--searchdomain' 'example.com' '--ciuser' 'ubuntu' '--agent' 'enabled=1' '--onboot' '1'
step 'vm.77686.efidisk0'
found 'has' '/nodes/pve1/qemu/77686/config' 'efidisk0' ||
    send 'create' '/nodes/pve1/qemu/77686/config' '--efidisk0' 'tank:1,efitype=4m,pre-enrolled-keys=0'
step 'vm.77686.ide2'
found 'has' '/nodes/pve1/qemu/77686/config' 'ide2' ||
    send 'create' '/nodes/pve1/qemu/77686/config' '--ide2' 'tank:cloudinit'
step 'vm.77686.scsi0.size'
found 'match' '/nodes/pve1/qemu/77686/config' 'scsi0.size' '64G' ||
    send 'set' '/nodes/pve1/qemu/77686/resize' '--disk' 'scsi0' '--size' '64G'
step 'ct.16421.fw.group'
found 'match' '/nodes/pve1/lxc/16421/firewall/rules' 'action' 'research_cache' ||
    send 'create' '/nodes/pve1/lxc/16421/firewall/rules' '--type' 'group' '--action' 'research_cache' '--enable' '1' '--comment' 'flows of research.cache'
step 'ct.16421.fw.prune'
prune '/nodes/pve1/lxc/16421/firewall/rules' 'pos' 'action' 'research_cache'
step 'ct.16421.fw.ipfilter-net0'
found 'match' '/nodes/pve1/lxc/16421/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve1/lxc/16421/firewall/ipset' '--name' 'ipfilter-net0'
step 'ct.16421.fw.ipfilter-net0.10.30.0.196'
found 'match' '/nodes/pve1/lxc/16421/firewall/ipset/ipfilter-net0' 'cidr' '10.30.0.196' ||
    send 'create' '/nodes/pve1/lxc/16421/firewall/ipset/ipfilter-net0' '--cidr' '10.30.0.196'
step 'ct.16421.fw.ipfilter-net0.prune'
prune '/nodes/pve1/lxc/16421/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '10.30.0.196'
step 'ct.16421.fw.options'
keep '/nodes/pve1/lxc/16421/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'vm.40328.fw.group'
found 'match' '/nodes/pve1/qemu/40328/firewall/rules' 'action' 'research_notebook' ||
    send 'create' '/nodes/pve1/qemu/40328/firewall/rules' '--type' 'group' '--action' 'research_notebook' '--enable' '1' '--comment' 'flows of research.notebook'
step 'vm.40328.fw.prune'
prune '/nodes/pve1/qemu/40328/firewall/rules' 'pos' 'action' 'research_notebook'
step 'vm.40328.fw.ipfilter-net0'
found 'match' '/nodes/pve1/qemu/40328/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve1/qemu/40328/firewall/ipset' '--name' 'ipfilter-net0'
step 'vm.40328.fw.ipfilter-net0.10.30.0.205'
found 'match' '/nodes/pve1/qemu/40328/firewall/ipset/ipfilter-net0' 'cidr' '10.30.0.205' ||
    send 'create' '/nodes/pve1/qemu/40328/firewall/ipset/ipfilter-net0' '--cidr' '10.30.0.205'
step 'vm.40328.fw.ipfilter-net0.prune'
prune '/nodes/pve1/qemu/40328/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '10.30.0.205'
step 'vm.40328.fw.options'
keep '/nodes/pve1/qemu/40328/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'vm.77686.fw.group'
found 'match' '/nodes/pve1/qemu/77686/firewall/rules' 'action' 'research_runner' ||
    send 'create' '/nodes/pve1/qemu/77686/firewall/rules' '--type' 'group' '--action' 'research_runner' '--enable' '1' '--comment' 'flows of research.runner'
step 'vm.77686.fw.prune'
prune '/nodes/pve1/qemu/77686/firewall/rules' 'pos' 'action' 'research_runner'
step 'vm.77686.fw.ipfilter-net0'
found 'match' '/nodes/pve1/qemu/77686/firewall/ipset' 'name' 'ipfilter-net0' ||
    send 'create' '/nodes/pve1/qemu/77686/firewall/ipset' '--name' 'ipfilter-net0'
step 'vm.77686.fw.ipfilter-net0.10.30.0.62'
found 'match' '/nodes/pve1/qemu/77686/firewall/ipset/ipfilter-net0' 'cidr' '10.30.0.62' ||
    send 'create' '/nodes/pve1/qemu/77686/firewall/ipset/ipfilter-net0' '--cidr' '10.30.0.62'
step 'vm.77686.fw.ipfilter-net0.prune'
prune '/nodes/pve1/qemu/77686/firewall/ipset/ipfilter-net0' 'cidr' 'cidr' '10.30.0.62'
step 'vm.77686.fw.options'
keep '/nodes/pve1/qemu/77686/firewall/options' '--enable' '1' '--policy_in' 'DROP' '--policy_out' 'DROP' '--ipfilter' '1' '--macfilter' '1' '--dhcp' '0' '--ndp' '0'
step 'start.ct.16421'
found 'match' '/nodes/pve1/lxc/16421/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve1/lxc/16421/status/start'
step 'start.vm.40328'
found 'match' '/nodes/pve1/qemu/40328/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve1/qemu/40328/status/start'
step 'start.vm.77686'
found 'match' '/nodes/pve1/qemu/77686/status/current' 'status' 'running' ||
    send 'create' '/nodes/pve1/qemu/77686/status/start'

if [ "$dry_run" = yes ]; then
    printf '%s: %d calls would be sent\n' "$cluster" "$changes"
else
    printf '%s: %d calls sent\n' "$cluster" "$changes"
fi
