// Times, as people read and hear them.

/** One that Intl takes, which refuses some that a site may name; else that of the browser. */
export function usableLanguage(language: string | undefined): string | undefined {
  try {
    return Intl.getCanonicalLocales(language?.replace("@", "-"))[0];
  } catch {
    return undefined;
  }
}

/** As in "9 minutes 54 seconds". */
export function inWords(seconds: number, language: string | undefined): string {
  const say = (value: number, unit: string) =>
    value ? value.toLocaleString(language, { style: "unit", unit, unitDisplay: "long" }) : "";
  return `${say(Math.floor(seconds / 60), "minute")} ${say(seconds % 60, "second")}`.trim();
}

/** As in "9:54". */
export function inDigits(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
