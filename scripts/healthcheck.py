"""Asks the web server of this container or machine for /health/. Exit code 0: it works. For Docker and systemd."""

import os
import sys
import urllib.error
import urllib.request


def main() -> int:
    port = os.environ.get("PORT", "8000")
    # Asked as the proxy asks: by a name that is allowed, and as if over TLS, so that it isn't sent there first.
    host = os.environ.get("BRANCHWEB_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    headers = {"Host": host.replace("*", "") or "localhost", "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health/", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:
            print(answer.read().decode())
            return 0
    except urllib.error.HTTPError as error:
        print(error.code, error.read().decode(errors="replace")[:300])
    except OSError as error:
        print(error)
    return 1


if __name__ == "__main__":
    sys.exit(main())
