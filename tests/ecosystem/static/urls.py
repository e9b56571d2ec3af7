from tests.ecosystem.views import login_pages, pages

urlpatterns = [*login_pages, *pages]
