#!/bin/sh
# The SFTP user of one academy, and its way to its own drop folder and to nothing else. Run as root.
#   sftp_academy.sh add 100001 "ssh-ed25519 AAAA... office@first.example"
#   sftp_academy.sh remove 100001          what lies in the drop folder stays, and is the service's
set -eu
: "${EQUALITY_HOME:=/srv/equality}" "${EQUALITY_USER:=equality}"
: "${SFTP_ROOT:=/srv/sftp}" "${SFTP_KEYS:=/etc/ssh/equality_keys}" "${SFTP_GROUP:=equality-academies}" "${SFTP_PREFIX:=drop-}" "${FSTAB:=/etc/fstab}"
verb=${1:-} urn=${2:-}
case $urn in
    [0-9][0-9][0-9][0-9][0-9][0-9] | trust) ;;
    *) echo "usage: $0 add URN PUBLIC_KEY | remove URN" >&2; exit 2 ;;
esac
user=$SFTP_PREFIX$urn drop=$EQUALITY_HOME/drop/$urn chroot=$SFTP_ROOT/$user
case $verb in
    add)
        key=${3:?the academy\'s public key is missing}
        getent group "$SFTP_GROUP" >/dev/null || groupadd --system "$SFTP_GROUP"
        # A password of * can never be typed, and unlike a locked account it lets a key in.
        id "$user" >/dev/null 2>&1 || useradd --system --user-group --groups "$SFTP_GROUP" --no-create-home --home-dir / \
            --shell /usr/sbin/nologin --password '*' "$user"
        usermod --append --groups "$user" "$EQUALITY_USER"
        install -d -m 2770 -o "$EQUALITY_USER" -g "$user" "$drop"
        # An academy that comes back has a new group: its receipts are for that one.
        chgrp -R --no-dereference "$user" "$drop"
        install -d -m 755 -o root -g root "$SFTP_ROOT" "$chroot" "$SFTP_KEYS"
        mountpoint -q "$chroot/drop" || { mkdir -p "$chroot/drop"; mount --bind "$drop" "$chroot/drop"; mount -o remount,bind,nosuid,nodev,noexec "$chroot/drop"; }
        line="$drop $chroot/drop none bind,nosuid,nodev,noexec 0 0"
        grep -qxF "$line" "$FSTAB" || echo "$line" >>"$FSTAB"
        printf '%s\n' "$key" >"$SFTP_KEYS/$user"
        chmod 644 "$SFTP_KEYS/$user"
        ;;
    remove)
        rm -f "$SFTP_KEYS/$user"
        # A session that is open goes on without its key: end it, or the folder stays busy and whoever is in it stays in.
        if id "$user" >/dev/null 2>&1; then pkill -KILL -u "$user" || [ $? -eq 1 ]; fi
        if mountpoint -q "$chroot/drop"; then umount "$chroot/drop" || umount --lazy "$chroot/drop"; fi
        rmdir "$chroot/drop" "$chroot" 2>/dev/null || true
        # The numbers of this user and group are given to the next: nothing may stay theirs.
        if [ -d "$drop" ]; then chown -R --no-dereference "$EQUALITY_USER:" "$drop"; fi
        rest=$(grep -vxF "$drop $chroot/drop none bind,nosuid,nodev,noexec 0 0" "$FSTAB" || true)
        printf '%s\n' "$rest" >"$FSTAB.new" && chmod --reference="$FSTAB" "$FSTAB.new" && mv "$FSTAB.new" "$FSTAB"
        gpasswd --delete "$EQUALITY_USER" "$user" >/dev/null 2>&1 || true
        userdel "$user"
        ;;
    *) echo "usage: $0 add URN PUBLIC_KEY | remove URN" >&2; exit 2 ;;
esac
