"""A request that has read the session long before it writes into it."""

import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress

from tests.browser.model.site import Witness, slow


class SlowWrite:
    """Begins to write a note into this session; when it is written, it is among the ``notes``."""

    def __init__(self, url: str, session: str | None, text: str, notes: list[str]) -> None:
        self.request = urllib.request.Request(f"{url}/note/?slow&text={text.replace(' ', '+')}")
        self.request.add_header("Cookie", f"sessionid={session}")
        self.request.add_header("Sec-Fetch-Dest", "empty")
        self.text, self.notes = text, notes
        self.thread = threading.Thread(target=self._write)
        seen = len(Witness.log)
        slow.clear()
        self.thread.start()
        while not any(served.path == "/note/" for served in Witness.log[seen:]):
            time.sleep(0.001)

    def _write(self) -> None:
        with suppress(urllib.error.HTTPError):
            urllib.request.urlopen(self.request, timeout=30).close()
            self.notes.append(self.text)

    def finish(self) -> None:
        """Let it write."""
        slow.set()
        self.thread.join()
