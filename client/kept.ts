// The page of the app that gives back a form which was sent too late: the time, as its reader says
// it. Without this script the page shows that of the server.

const inWords = (moment: Date, language?: string): string =>
  moment.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });

for (const element of document.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
  const moment = new Date(element.dateTime);
  try {
    element.textContent = inWords(moment, document.documentElement.lang);
  } catch {
    // A language that Intl refuses, such as ca@valencia.
    element.textContent = inWords(moment);
  }
}
