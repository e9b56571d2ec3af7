from django.urls import path
from django.views.generic import TemplateView

from tests import urls

urlpatterns = [
    path("snippet/", TemplateView.as_view(template_name="snippet.html")),
    *urls.urlpatterns,
]
