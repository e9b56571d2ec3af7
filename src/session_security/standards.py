"""The times that standards ask for, in seconds; ``SESSION_SECURITY_PROFILE`` names one."""

from typing import NamedTuple

MINUTE, HOUR = 60, 3600


class Standard(NamedTuple):
    """At most how long a session may be idle and may last in all, and where that is said."""

    expire_after: float
    max_age: float | None
    clause: str


STANDARDS = {
    "nist-aal2": Standard(HOUR, 24 * HOUR, "NIST SP 800-63B-4, 2.2.3"),
    "nist-aal3": Standard(15 * MINUTE, 12 * HOUR, "NIST SP 800-63B-4, 2.3.3"),
    "pci-dss": Standard(15 * MINUTE, None, "PCI DSS 4.0, 8.2.8"),
    # 5.0 leaves the figures to the site's own documents (7.1.1); these are those of 4.0, 3.3.2.
    "asvs-2": Standard(30 * MINUTE, 12 * HOUR, "OWASP ASVS 5.0, 7.3.1 and 7.3.2, level 2"),
    "asvs-3": Standard(15 * MINUTE, 12 * HOUR, "OWASP ASVS 5.0, 7.3.1 and 7.3.2, level 3"),
    # The rule has no figure; this one is what its audits commonly ask for.
    "hipaa": Standard(15 * MINUTE, None, "HIPAA, 45 CFR 164.312(a)(2)(iii)"),
}
