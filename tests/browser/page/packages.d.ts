/** Packages without types of their own, which a page of fields.py uses. */

declare module "react";
declare module "react-dom/client";
