"""What stands between browsers and the service in stories, and spoils what goes through."""
import contextlib
import socket
import threading
import time


class Front:
    """Stands between browsers and the service, one request a connection. It spoils batches of walks as told:
    `lose` keeps the answer back, `hold` waits for `go_on` and drops it then, `kill` kills the service meanwhile."""

    def __init__(self, service):
        self.service, self.faults, self.batches = service, [], 0
        self.held, self.go_on = threading.Event(), threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.is_open = True
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                threading.Thread(target=self.serve, args=[client], daemon=True).start()

    @staticmethod
    def request(client):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = client.recv(65536)
            if not piece:
                return None
            data += piece
        head, body = data.split(b"\r\n\r\n", 1)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
        while len(body) < length:
            body += client.recv(65536)
        return b"\r\n".join(lines + [b"Connection: close"]) + b"\r\n\r\n" + body

    def serve(self, client):
        with contextlib.suppress(OSError), client:
            data = self.request(client)
            if data is None or not self.is_open:
                return
            fault = None
            if b" /v1/activities/batch" in data[:200]:
                self.batches += 1
                fault = self.faults.pop(0) if self.faults else None
            with socket.create_connection(("127.0.0.1", self.service.port)) as service:
                service.sendall(data)
                if fault == "kill":
                    time.sleep(0.004)
                    self.service.process.kill()
                    self.service.process.wait()
                answer = b""
                while piece := service.recv(65536):
                    if fault is None:
                        client.sendall(piece)
                    answer += piece
                if fault == "hold":
                    self.held.set()
                    self.go_on.wait(30)

    def end(self):
        self.socket.close()


class BufferingProxy:
    """Passes answers on when they are at their end: streams of events never come through."""

    def __init__(self, port):
        self.to = port
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                threading.Thread(target=self.serve, args=[client], daemon=True).start()

    def serve(self, client):
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", self.to)) as service:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(65536)
                if not piece:
                    return
                head += piece
            service.sendall(head.replace(b"Connection: keep-alive", b"Connection: close"))
            answer = b""
            while piece := service.recv(65536):
                answer += piece
            client.sendall(answer)

    def end(self):
        self.socket.close()
