"""The command line and webhooks over https, with a certificate of an authority that only this test knows.

python3 Tests/TLS/https_test.py --baton .build/debug/baton

Needs `openssl`.
"""

import argparse
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Page"))
from server import Server  # noqa: E402

FLOW = "name: flow\ntasks:\n  a: {run: 'echo hello'}\n"
NOBODY = "signed by nobody who is trusted here"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Authority:
    """Signs certificates."""

    def __init__(self, folder):
        self.folder = folder
        self.file = f"{folder}/authority.pem"
        openssl("req", "-x509", *self._key("authority"), "-out", self.file, "-subj", "/CN=Test authority", "-days", "2")

    def context(self, name, alternatives):
        """What a server with such a certificate needs."""
        certificate = f"{self.folder}/{name}.pem"
        openssl("req", *self._key(name), "-out", f"{self.folder}/{name}.csr", "-subj", f"/CN={name}")
        with open(f"{self.folder}/{name}.ext", "w") as file:
            file.write(f"subjectAltName={alternatives}\n")
        openssl("x509", "-req", "-in", f"{self.folder}/{name}.csr", "-CA", self.file,
                "-CAkey", f"{self.folder}/authority.key", "-CAcreateserial", "-days", "2",
                "-extfile", f"{self.folder}/{name}.ext", "-out", certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, f"{self.folder}/{name}.key")
        return context

    def _key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{self.folder}/{name}.key"]


class Proxy:
    """Speaks TLS to clients and plain HTTP to the server behind it, as nginx would."""

    def __init__(self, context, target):
        self.context = context
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            inside = self.context.wrap_socket(client, server_side=True)
        except (ssl.SSLError, OSError):
            return client.close()
        behind = socket.create_connection(self.target)
        threading.Thread(target=self._pump, args=(inside, behind), daemon=True).start()
        self._pump(behind, inside)

    @staticmethod
    def _pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Receiver:
    """Takes webhooks over https."""

    def __init__(self, context):
        self.messages = messages = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()


class Client:
    def __init__(self, baton, server, folder):
        self.baton, self.server, self.folder = baton, server, folder

    def run(self, address, *arguments, trust=None):
        environment = {**os.environ, "BATON_API_KEY": self.server.key, "BATON_SERVER": address}
        environment.pop("SSL_CERT_FILE", None)
        if trust:
            environment["SSL_CERT_FILE"] = trust
        begin = time.monotonic()
        done = subprocess.run([self.baton, *arguments], capture_output=True, text=True, cwd=self.folder, env=environment)
        # What can't become better is not tried again for a minute.
        assert time.monotonic() - begin < 30, f"{arguments} took {time.monotonic() - begin:.0f} s"
        return done

    def expect(self, address, *arguments, code=0, says="", trust=None):
        done = self.run(address, *arguments, trust=trust)
        said = done.stdout + done.stderr
        assert done.returncode == code and says in said, f"{arguments} at {address}: {done.returncode}: {said}"


def ask(client, authority, plain):
    own = Proxy(authority.context("own", "DNS:localhost,IP:127.0.0.1"), plain)
    other = Proxy(authority.context("other", "DNS:other.example"), plain)
    for host in ["localhost", "127.0.0.1"]:
        address = f"https://{host}:{own.port}"
        client.expect(address, "ps", code=1, says=NOBODY)
        client.expect(address, "ps", trust=authority.file, says="Nothing has run yet")
    client.expect(f"https://localhost:{own.port}", "run", "flow.yaml", trust=authority.file, says="succeeded")
    client.expect(f"https://localhost:{own.port}", "logs", "latest", "a", trust=authority.file, says="hello")
    client.expect(f"https://localhost:{other.port}", "ps", code=1, trust=authority.file, says="for another name")
    client.expect(f"https://127.0.0.1:{plain[1]}", "ps", code=1, trust=authority.file, says="does not speak TLS")
    client.expect(f"https://localhost:{own.port}", "ps", code=2, trust="/nowhere", says="$SSL_CERT_FILE names /nowhere")
    client.expect(f"http://127.0.0.1:{plain[1]}", "ps", trust="/nowhere")


def tell(client, authority, is_trusted):
    receiver = Receiver(authority.context("receiver", "DNS:localhost,IP:127.0.0.1"))
    with open(f"{client.folder}/hook.json", "w") as file:
        json.dump({"on": ["run.failed"], "webhook": {"url": f"https://127.0.0.1:{receiver.port}/hook"}}, file)
    client.expect(client.server.address, "notifications", "put", "hook", "hook.json")
    if is_trusted:
        client.expect(client.server.address, "notifications", "test", "hook", says="took it")
        assert receiver.messages[0]["type"] == "baton.run.failed", receiver.messages
    else:
        client.expect(client.server.address, "notifications", "test", "hook", code=1, says=NOBODY)
        assert not receiver.messages


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--baton", required=True)
    baton = os.path.abspath(parser.parse_args().baton)
    folder = tempfile.mkdtemp(prefix="baton-tls-")
    with open(f"{folder}/flow.yaml", "w") as file:
        file.write(FLOW)
    os.environ.pop("SSL_CERT_FILE", None)
    try:
        authority = Authority(folder)
        with Server(baton) as server:
            client = Client(baton, server, folder)
            ask(client, authority, ("127.0.0.1", int(server.address.rsplit(":", 1)[1])))
            tell(client, authority, is_trusted=False)
        os.environ["SSL_CERT_FILE"] = authority.file
        with Server(baton) as server:
            tell(Client(baton, server, folder), authority, is_trusted=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("commands and webhooks speak https, and say why where they can't")


if __name__ == "__main__":
    main()
