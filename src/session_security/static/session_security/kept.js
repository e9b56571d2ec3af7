// The time as its reader says it; without this script the page shows that of the server.

const inWords = (moment, language) =>
  moment.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });

for (const element of document.getElementsByTagName("time")) {
  const moment = new Date(element.dateTime);
  try {
    element.textContent = inWords(moment, document.documentElement.lang);
  } catch {
    element.textContent = inWords(moment); // a language that Intl refuses, such as ca@valencia
  }
}
