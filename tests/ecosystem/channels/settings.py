import os
import threading

from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "channels"]


def SERVER() -> threading.Thread:
    """Daphne, in a thread."""
    from channels.auth import AuthMiddlewareStack
    from channels.generic.websocket import WebsocketConsumer
    from channels.routing import ProtocolTypeRouter, URLRouter
    from daphne.server import Server
    from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
    from django.core.asgi import get_asgi_application
    from django.urls import path

    class Echo(WebsocketConsumer):
        def receive(self, text_data: str = "", bytes_data: bytes = b"") -> None:
            self.send(text_data)

    application = ProtocolTypeRouter(
        {
            "http": ASGIStaticFilesHandler(get_asgi_application()),
            "websocket": AuthMiddlewareStack(URLRouter([path("echo/", Echo.as_asgi())])),
        }
    )
    port = os.environ["ECOSYSTEM_PORT"]
    server = Server(
        application, endpoints=[f"tcp:port={port}:interface=127.0.0.1"], signal_handlers=False
    )
    return threading.Thread(target=server.run, daemon=True)
