"""Services outside, on this machine: one that speaks HTTP, one that takes mail, and addresses where nobody answers."""

import contextlib
import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class HttpService:
    """Answers every POST with `status` and `content`, after it kept what was asked."""

    port: int = 0
    status: int = 200
    content: bytes = b'{"errcode": 0, "errmsg": "ok"}'
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    """Path, headers, body."""

    def url(self, path: str = "/robot/send?access_token=top-secret-token") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextlib.contextmanager
def http_service() -> Iterator[HttpService]:
    service = HttpService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.asked.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(service.status)
            for name, value in {"Content-Length": str(len(service.content)), **service.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(service.content)

        def log_message(self, *words: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, serving(server):
        service.port = server.server_address[1]
        yield service


@contextlib.contextmanager
def silent_service() -> Iterator[int]:
    """The port of somebody who takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@contextlib.contextmanager
def dropping_service() -> Iterator[int]:
    """The port of somebody who reads what is asked and hangs up."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server, serving(server):
        yield server.server_address[1]


@contextlib.contextmanager
def dripping_service() -> Iterator[int]:
    """The port of somebody whose answer never ends, a letter at a time."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            with contextlib.suppress(OSError):
                self.request.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not ended.wait(0.01):
                    self.request.sendall(b"x")

    ended = threading.Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server, serving(server):
        yield server.server_address[1]
        ended.set()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@dataclass
class MailServer:
    """Answers each command with what `answers` says for it, else as a friendly server does; None: hangs up."""

    port: int = 0
    answers: dict[str, str | None] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)


FRIENDLY = {"CONNECT": "220 here", "EHLO": "250 here", "DATA": "354 go on", "TAKEN": "250 taken", "QUIT": "221 bye"}


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    kept = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, command: str) -> bool:
            """Whether the conversation goes on."""
            answer = kept.answers.get(command, FRIENDLY.get(command, "250 ok"))
            if answer is not None:
                self.wfile.write(f"{answer}\r\n".encode())
            return answer is not None

        def handle(self) -> None:
            talking, envelope = self.say("CONNECT"), []
            while talking and (line := self.rfile.readline().decode().strip()):
                command = line.split()[0].upper()
                envelope.append(line)
                talking = self.say(command)
                if talking and command == "DATA" and "DATA" not in kept.answers:
                    mail = self.until_dot()
                    talking = self.say("TAKEN")
                    if kept.answers.get("TAKEN", "250").startswith("250") if talking else False:
                        kept.mails.append(mail)
                        kept.envelopes.append(envelope)

        def until_dot(self) -> str:
            lines = iter(self.rfile.readline, b".\r\n")
            return b"".join(lines).decode()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server, serving(server):
        kept.port = server.server_address[1]
        yield kept


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    yield
    server.shutdown()
    thread.join()
