#!/usr/bin/env bash
# clients_grpc.test.sh: gRPC with TLS, keys and tokens, by Python's gRPC and its client of
# Qdrant, unmodified, from the package registry; client certificates; no gRPC where the
# configuration says so.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

python_client python || skip_all "qdrant-client: $missing"
make -s -C "$repo" cluster >"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "the sidecar does not build"; }
port=$((30000 + $$ % 10000))
grpc_port=$((port + 10000))
trap end_clients EXIT
export NO_PROXY=127.0.0.1,localhost PYTHONDONTWRITEBYTECODE=1

# An authority, and certificates of one key that it signed.
tls=$(mktemp -d)
chmod 755 "$tls"
sign() { openssl x509 -req -in "$tls/request.pem" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -set_serial "$2" -days 1 -extfile "$tls/names" -out "$tls/$1"; }
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj '/CN=authority' -keyout "$tls/ca.key" -out "$tls/ca.pem" &&
		openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout "$tls/key.pem" -out "$tls/request.pem" &&
		echo 'subjectAltName=DNS:localhost,IP:127.0.0.1' >"$tls/names" && sign cert.pem 1 && sign new.pem 2 && sign client.pem 3
} >"$tap_work/openssl.log" 2>&1 || bail_out "openssl makes no certificates"
chmod 644 "$tls"/*
# sidecar [VARIABLE=VALUE ...]
sidecar() {
	"$harness/sidecar.sh" start "$tap_work/node" "$port" VECEXT__POSTGRES__SETTINGS__FSYNC=off VECEXT__POSTGRES__SHARED_BUFFERS_MB=64 "$@" ||
		bail_out "vecextd does not start"
}
secure() {
	SCHEME=https sidecar QDRANT__SERVICE__ENABLE_TLS=true QDRANT__TLS__CERT="$tls/cert.pem" QDRANT__TLS__KEY="$tls/key.pem" \
		QDRANT__TLS__CA_CERT="$tls/ca.pem" QDRANT__TLS__CERT_TTL=1 "$@"
}

secure QDRANT__SERVICE__API_KEY=manager QDRANT__SERVICE__READ_ONLY_API_KEY=reader QDRANT__SERVICE__JWT_RBAC=true
adopt access "$client_dir/bin/python" "$repo/test/e2e/python/grpc_access.py" "$port" "$grpc_port" \
	"$repo/test/unit/cluster/data/grpc_access.tsv" "$tls"
"$harness/sidecar.sh" stop "$tap_work/node"

# health [KEY CERTIFICATE]: asks over gRPC whether all is well, with a client's certificate.
health() {
	"$client_dir/bin/python" - "$grpc_port" "$tls/ca.pem" "$@" <<-'END'
		import sys, grpc
		read = lambda path: open(path, "rb").read()
		credentials = grpc.ssl_channel_credentials(read(sys.argv[2]), *map(read, sys.argv[3:]))
		channel = grpc.secure_channel(f"localhost:{sys.argv[1]}", credentials)
		assert channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=10) == b"\x08\x01"
	END
}
cp "$tls/new.pem" "$tls/cert.pem"
CERTIFICATE="$tls/client.pem" KEY="$tls/key.pem" secure QDRANT__SERVICE__VERIFY_HTTPS_CLIENT_CERTIFICATE=true
ok "a client of the authority is served" health "$tls/key.pem" "$tls/client.pem"
fails "one without a certificate is not" health
openssl req -x509 -key "$tls/key.pem" -days 1 -subj /CN=stranger -out "$tls/stranger.pem" >/dev/null 2>&1
fails "nor is a stranger" health "$tls/key.pem" "$tls/stranger.pem"
"$harness/sidecar.sh" stop "$tap_work/node"

sidecar QDRANT__SERVICE__GRPC_PORT=null
is "$(curl -s -m 20 "http://127.0.0.1:$port/healthz")" "healthz check passed" "without a port for gRPC REST is served"
is "$(grep -c 'gRPC API listens' "$("$harness/sidecar.sh" log "$tap_work/node")")" 0 "and gRPC is not"
fails "nothing listens there" curl -s -m 5 --http2-prior-knowledge "http://127.0.0.1:$grpc_port/"
rm -rf "$tls"
done_testing
