sed -i -e "s/^dc_eximconfig_configtype=.*/dc_eximconfig_configtype='internet'/" \
  -e "s/^dc_other_hostnames=.*/dc_other_hostnames='peer.example.test : example.test'/" \
  -e "s/^dc_local_interfaces=.*/dc_local_interfaces='127.0.0.1'/" /etc/exim4/update-exim4.conf.conf
update-exim4.conf
install -d -o Debian-exim /run/exim4
# As a child of the first process it stays in the foreground.
exim4 -bd -q30m &
