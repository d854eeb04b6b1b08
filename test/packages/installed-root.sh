#!/bin/sh
# Runs a script in a copy of this machine's files that takes every change with it when it ends: own mounts, an overlay and
# chroot. Started by `unshare --mount` as root. Usage: installed-root.sh FOLDER SCRIPT
# Afterwards FOLDER/changed lists every path that is not as before.
set -eu
folder=$1
script=$2
mount --make-rprivate /
mkdir -p "$folder/overlay"
mount -t tmpfs -o size=2g tmpfs "$folder/overlay"
cd "$folder/overlay"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=/,upperdir=upper,workdir=work" root
mount -t proc proc root/proc
mount --rbind /dev root/dev
mount -t tmpfs tmpfs root/run
mount -t tmpfs tmpfs root/root
status=0
chroot root /bin/sh "$script" || status=$?
(cd upper && find . ! -type d | sort) >"$folder/changed"
exit "$status"
