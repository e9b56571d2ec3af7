"""Scripts around Playwright's clock, which make of it the clock of a browser."""

# Playwright's clock counts performance.now() from its installation, a browser from the navigation;
# and it hides the entries of the real timeline, on which events must stay, too.
BEFORE_CLOCK = """
Object.defineProperty(window, "real", { value: performance });
real.stamp = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp");
"""
AFTER_CLOCK = """
{
  const now = performance.now.bind(performance);
  let start; // of the page: the clock learns what has passed before only after this script
  performance.now = () => now() - (start ??= now());
  performance.getEntriesByType = (type) => real.getEntriesByType(type);
  Object.defineProperty(Event.prototype, "timeStamp", real.stamp);
}
"""
