# Makes the cluster's container images by hand, as docker archives in the cache, without any image builder. Sourced, never run.
# An archive's name carries a digest of everything that went into it, so that it is made again only when that changed.

IMAGES=$CACHE/images
APP_VERSION=1.4.2
APP_IMAGE=$REGISTRY/shepherd:$APP_VERSION

# Packs layers into one image: pack ARCHIVE IMAGE COMMAND-AS-JSON LAYER.tar…
pack() {
  local archive=$1 image=$2 command=$3 work digest digests=() layer; shift 3
  work=$(mktemp -d "$CACHE/pack.XXXXXX")
  for layer in "$@"; do
    digest=$(sha256sum "$layer"); digest=${digest%% *}; digests+=("$digest"); ln "$layer" "$work/$digest.tar" 2>/dev/null || cp "$layer" "$work/$digest.tar"
  done
  printf '%s\n' "${digests[@]}" | jq -Rn --argjson command "$command" --arg architecture "${ARCHITECTURE:-amd64}" '[inputs] as $layers | {
    architecture: $architecture, os: "linux", rootfs: {type: "layers", diff_ids: [$layers[] | "sha256:" + .]},
    config: {Cmd: $command, Env: ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "PYTHONUNBUFFERED=1"]}}' >"$work/config.json"
  printf '%s\n' "${digests[@]}" | jq -Rn --arg image "$image" '[{Config: "config.json", RepoTags: [$image], Layers: [inputs + ".tar"]}]' >"$work/manifest.json"
  (cd "$work" && tar --numeric-owner -cf "$archive.partial" manifest.json config.json "${digests[@]/%/.tar}")
  mv "$archive.partial" "$archive"; rm -r "$work"
}

# A folder as a layer, the same bytes whenever it is made: layer FOLDER OUTPUT.tar
layer() { tar --numeric-owner --owner=0 --group=0 --sort=name --mtime=@0 -C "$1" -cf "$2" .; }

# Makes an image unless its archive is there: image NAME IMAGE COMMAND-AS-JSON DIGEST-OF-INPUTS FUNCTION-THAT-FILLS-A-FOLDER [BASE.tar]
image() {
  local name=$1 reference=$2 command=$3 key=$4 fill=$5 base=${6:-} archive folder
  key=$(printf '%s\n' "$reference" "$command" "$key" "$(declare -f "$fill")" | sha256sum); archive=$IMAGES/$name-${key:0:12}.tar
  WANTED+=("$archive")
  [ -f "$archive" ] && return 0
  rm -f "$IMAGES/$name"-*.tar
  folder=$(new_root)
  "$fill" "$folder"
  layer "$folder" "$folder.tar"
  pack "$archive" "$reference" "$command" ${base:+"$base"} "$folder.tar"
  rm -r "$folder" "$folder.tar"
  say "made image $reference ($SECONDS s)"
}

new_root() { local root; root=$(mktemp -d "$CACHE/root.XXXXXX"); chmod 755 "$root"; echo "$root"; }

# Fills a folder with Debian packages and what they depend on, unpacked but not configured: much faster than debootstrap, and
# enough for an interpreter. The shell and its tools are busybox.
debian() {
  local root=$1 archives=$1.debs link package; shift
  mkdir -p "$archives/partial" "$root"/{usr/{bin,sbin,lib,lib64},etc,tmp,var/tmp,root,proc,sys,dev,run}; chmod 1777 "$root/tmp" "$root/var/tmp"
  for link in bin sbin lib lib64; do ln -s usr/$link "$root/$link"; done
  : >"$archives/status"
  logged "packages-${root##*/}" apt-get -o Dir::State::status="$archives/status" -o Dir::Cache::archives="$archives" -o Debug::NoLocking=1 \
    -o APT::Sandbox::User=root --no-install-recommends --download-only -y install "$@"
  for package in "$archives"/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -C "$root" -x --keep-directory-symlink --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*'
  done
  rm -r "$archives"
  busybox_links "$root"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
}

busybox_links() {
  mkdir -p "$1/bin" "$1/tmp"; cp "$(command -v busybox)" "$1/bin/busybox"
  local tool; for tool in sh sleep cat ls ps env echo true false date nc wget nslookup httpd kill rm mkdir seq df id head tail grep yes dd; do
    [ -e "$1/bin/$tool" ] || ln -s busybox "$1/bin/$tool"
  done
}

fill_metrics_server() { mkdir -p "$1/tmp"; cp "$(program_folder metrics-server)/metrics-server" "$1/"; }
fill_kube_router() {
  debian "$1" iptables ipset iproute2 kmod
  local tool; for tool in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do ln -sf xtables-nft-multi "$1/usr/sbin/$tool"; done
  mkdir -p "$1/usr/local/bin"; cp "$(program_folder kube-router)/kube-router" "$1/usr/local/bin/"
}
fill_pause() { busybox_links "$1"; }
fill_busybox() { busybox_links "$1"; }
fill_ferretdb() { busybox_links "$1"; mkdir -p "$1/data/db"; cp "$(program_folder ferretdb)/ferretdb" "$1/bin/"; }
fill_coredns() { mkdir -p "$1/etc"; cp "$(program_folder coredns)/coredns" "$1/"; }
fill_python() {
  debian "$1" python3-minimal python3-flask python3-pymongo gunicorn curl
  logged compile-python chroot "$1" /bin/sh -c 'exec python3 -m compileall -q /usr/lib/python3*'
}
fill_shepherd() { mkdir -p "$1/app"; cp "$HERE"/service/app/*.py "$1/app/"; }
fill_ingress() { busybox_links "$1"; cp "$(program_folder kubernetes)/ingress" "$1/bin/"; }
fill_kube_proxy() {
  debian "$1" iptables conntrack kmod
  local tool; for tool in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do ln -sf xtables-nft-multi "$1/usr/sbin/$tool"; done
  mkdir -p "$1/usr/local/bin"; cp "$(program_folder kubernetes)/kube-proxy" "$1/usr/local/bin/"
}

# Makes what is missing, and leaves the archives' paths in WANTED.
make_images() {
  WANTED=(); mkdir -p "$IMAGES"
  local busybox; busybox=$(sha256sum "$(command -v busybox)")
  image pause localhost/pause:1 '["/bin/busybox","sleep","2147483647"]' "$busybox" fill_pause
  image busybox localhost/busybox:1 '["/bin/sh"]' "$busybox" fill_busybox
  image coredns localhost/coredns:1 '["/coredns","-conf","/etc/coredns/Corefile"]' "$(sha256sum "$(program_folder coredns)/coredns")" fill_coredns
  image ferretdb localhost/ferretdb:1 '["/bin/ferretdb"]' "$(sha256sum "$(program_folder ferretdb)/ferretdb")" fill_ferretdb
  image ingress localhost/ingress:1 '["/bin/ingress"]' "$(sha256sum "$(program_folder kubernetes)/ingress")" fill_ingress
  image kube-proxy localhost/kube-proxy:1 '["/usr/local/bin/kube-proxy"]' "$(sha256sum "$(program_folder kubernetes)/kube-proxy")" fill_kube_proxy
  local program; for program in metrics-server kube-router; do   # only with `install --all`
    [ -x "$(program_folder $program)/$program" ] || continue
    image $program localhost/$program:1 '[]' "$(sha256sum "$(program_folder $program)/$program")" fill_${program//-/_}
  done
  local python=$IMAGES/python.layer
  if [ ! -f "$python" ]; then
    local root; root=$(new_root)
    fill_python "$root"; layer "$root" "$python.partial"; mv "$python.partial" "$python"; rm -r "$root"
    say "made the Python layer ($SECONDS s)"
  fi
  image shepherd "$APP_IMAGE" '["gunicorn","--config","/app/gunicorn.conf.py","shepherd:app"]' "$(cat "$HERE"/service/app/*.py)" fill_shepherd "$python"
}
