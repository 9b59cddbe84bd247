# The story that all strangers tell, with the Perl module.

use strict;
use warnings;
use IO::Socket::UNIX;
use Vici::Message;
use Vici::Session;

sub message { return Vici::Message->new(shift) }

sub refusal {
    my ($success, $errmsg) = @_;
    return $success ? 'not refused' : $errmsg;
}

my $socket = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $ARGV[0]) or die $!;
my $vici = Vici::Session->new($socket);
print 'daemon ', $vici->version()->hash()->{daemon}, "\n";
my %home = (
    version      => '2',
    remote_addrs => ['127.0.0.2'],
    local        => { auth => 'psk' },
    children     => { net => { remote_ts => ['10.1.0.0/16'] } },
);
$vici->load_conn(message({ home => \%home }));
foreach my $conn (@{ $vici->list_conns() }) {
    my $listed = $conn->hash();
    foreach my $name (keys %$listed) {
        print "conn $name to @{$listed->{$name}->{remote_addrs}}\n";
    }
}
print 'refused ', refusal($vici->load_conn(message({ bad => { frob => '1' } }))), "\n";
print 'refused ', refusal($vici->initiate(message({ child => 'net', timeout => '300' }))), "\n";
print 'sas ', scalar(@{ $vici->list_sas() }), "\n";
$vici->terminate(message({ ike => 'home' }));
$vici->unload_conn(message({ name => 'home' }));
print 'refused ', refusal($vici->unload_conn(message({ name => 'home' }))), "\n";
print 'conns ', scalar(@{ $vici->get_conns()->hash()->{conns} }), "\n";
