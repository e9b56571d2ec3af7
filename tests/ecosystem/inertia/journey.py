from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="Inertia, with React",
    packages=("inertia-django", "@inertiajs/react", "react"),
    link="#link",
)
