sed -i 's/^  - localhost$/  - example.test/; s/^  - "localhost"$/  - "example.test"/' /etc/ejabberd/ejabberd.yml
install -m 640 -g ejabberd /etc/peer/pem /etc/ejabberd/ejabberd.pem
install -d -o ejabberd -g ejabberd /run/ejabberd /var/lib/ejabberd /var/log/ejabberd
ejabberdctl start
ejabberdctl started
ejabberdctl register alice example.test secret1
