# The story that all strangers tell, with the Ruby gem.

require 'socket'
require 'vici'

def refusal
  yield
  'not refused'
rescue Vici::CommandExecError => error
  error.message
end

home = {
  'home' => {
    'version' => '2',
    'remote_addrs' => ['127.0.0.2'],
    'local' => { 'auth' => 'psk' },
    'children' => { 'net' => { 'remote_ts' => ['10.1.0.0/16'] } }
  }
}
vici = Vici::Connection.new(UNIXSocket.new(ARGV[0]))
puts "daemon #{vici.version['daemon']}"
vici.load_conn(home)
vici.list_conns do |conn|
  conn.each { |name, listed| puts "conn #{name} to #{listed['remote_addrs'].join(' ')}" }
end
puts "refused #{refusal { vici.load_conn('bad' => { 'frob' => '1' }) }}"
puts "refused #{refusal { vici.initiate({ 'child' => 'net', 'timeout' => '300' }) { |_| } }}"
count = 0
vici.list_sas { |_| count += 1 }
puts "sas #{count}"
vici.terminate({ 'ike' => 'home' }) { |_| }
vici.unload_conn('name' => 'home')
puts "refused #{refusal { vici.unload_conn('name' => 'home') }}"
puts "conns #{vici.get_conns['conns'].length}"
