# Runs in new namespaces: mounts a tree and goes in. LOWER UPPER WORK ROOT COMMAND…
set -e
lower=$1 upper=$2 work=$3 root=$4
shift 4
hostname peer.example.test
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 dev "$root/dev"
for device in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
  mknod -m 666 "$root/dev/${device%% *}" c ${device#* }
done
mkdir -m 1777 "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
for stream in "stdin 0" "stdout 1" "stderr 2"; do
  ln -s "fd/${stream#* }" "$root/dev/${stream% *}"
done
mount -t tmpfs -o mode=755 run "$root/run"
mkdir -p "$root/run/lock"
chroot "$root" ip link set lo up
exec chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
