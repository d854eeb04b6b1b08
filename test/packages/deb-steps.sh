# Run in installed-root.sh: what an administrator does with the package, each step under a heading with its status.
# FIRST and SECOND are the packages.
export DEBIAN_FRONTEND=noninteractive HOME=/root LANG=C.UTF-8
# Only the Node.js that comes along may run anything.
rm -f /usr/bin/node /usr/local/bin/node /usr/bin/nodejs

step() {
  printf '\n@@ %s\n' "$1"
  shift
  "$@" 2>&1
  printf '\n@@status %s\n' $?
}
as_user() {
  setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp/person PATH=/usr/bin:/bin "$@"
}
mkdir -p /tmp/person && chown 65534:65534 /tmp/person

# Stands in for the bridge's users: no curl is needed where the package brings Node.js.
ask_bridge() {
  as_user madoguchi serve --port 41799 >/tmp/person/serve.log 2>&1 &
  server=$!
  as_user /usr/lib/madoguchi/node -e '
    const ask = async (left) => {
      try {
        const answer = await fetch("http://127.0.0.1:41799/v1/status", { headers: { origin: "https://service.example" } });
        console.log(answer.status, await answer.text());
      } catch (error) {
        if (left === 0) throw error;
        setTimeout(() => ask(left - 1), 250);
      }
    };
    ask(60);'
  asked=$?
  kill "$server"
  wait "$server" || true
  return "$asked"
}
places() {
  for path in /usr/bin/madoguchi /usr/lib/madoguchi/node /usr/lib/systemd/user/madoguchi.service /etc/xdg/autostart/madoguchi.desktop \
    /usr/share/applications/madoguchi.desktop /etc/madoguchi/policies/managed /usr/share/man/man1/madoguchi.1.gz \
    /usr/lib/madoguchi/only-in-first /usr/lib/madoguchi/only-in-second /etc/madoguchi/policies/managed/office.json; do
    [ ! -e "$path" ] || stat -c '%n %U %a' "$path"
  done
}

step install dpkg -i "$FIRST"
step places places
step version as_user madoguchi --version
step node /usr/lib/madoguchi/node --version
step card as_user madoguchi --json --reader virtual card
step readers as_user madoguchi --json readers
step bridge ask_bridge
step host as_user /usr/lib/madoguchi/native-host chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/ </dev/null
for path in /etc/opt/chrome /etc/opt/edge /etc/chromium /usr/lib/mozilla; do
  step "manifest $path" cat "$path/native-messaging-hosts/jp.madoguchi.host.json"
done
step verify dpkg --verify madoguchi-cli
echo '{"language":"en"}' >/etc/madoguchi/policies/managed/office.json
sed -i '/^Hidden=/d' /etc/xdg/autostart/madoguchi.desktop
step upgrade dpkg --force-confdef --force-confold -i "$SECOND"
step listed dpkg-query -W -f '${Version} ${db:Status-Abbrev}' madoguchi-cli
step upgraded places
step autostart cat /etc/xdg/autostart/madoguchi.desktop
step remove dpkg -r madoguchi-cli
step removed places
step purge dpkg -P madoguchi-cli
step purged places
step folders sh -c 'ls -d /etc/madoguchi /usr/lib/madoguchi /etc/opt/chrome /etc/opt/edge /etc/chromium/native-messaging-hosts'
rm -rf /tmp/person
