"""An identity provider, as small as one can be; it keeps people signed in by a cookie."""

import base64
import hmac
import json
import time
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt

NONCES: dict[str, str] = {}  # by code


@csrf_exempt
def authorize(request: HttpRequest) -> HttpResponse:
    """Ask who it is, if nobody is known or the site wants to have it asked."""
    asked = request.GET.get("prompt") == "login" or "provider" not in request.COOKIES
    if request.method != "POST" and asked:
        return render(request, "provider.html")
    code = f"code{len(NONCES)}"
    NONCES[code] = request.GET.get("nonce", "")
    answer = urlencode({"code": code, "state": request.GET["state"]})
    response = redirect(f"{request.GET['redirect_uri']}?{answer}")
    response.set_cookie("provider", "demo")
    return response


@csrf_exempt
def token(request: HttpRequest) -> JsonResponse:
    now = int(time.time())
    claims = {
        "iss": "provider",
        "sub": "demo",
        "aud": settings.OIDC_RP_CLIENT_ID,
        "iat": now,
        "exp": now + 600,
        "nonce": NONCES[request.POST["code"]],
    }
    text = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims))
    signature = hmac.digest(settings.OIDC_RP_CLIENT_SECRET.encode(), text.encode(), "sha256")
    return JsonResponse(
        {
            "access_token": "access",
            "token_type": "Bearer",
            "id_token": f"{text}.{encoded(signature)}",
        }
    )


def user(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"sub": "demo", "email": "demo@example.org"})


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
