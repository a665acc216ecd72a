import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { askAhead, queryClient } from "./api/queries";
import { askLayout } from "./api/workbench";
import { startI18n } from "./i18n";
import { setTheme } from "./lib/theme";
import { startServiceWorker } from "./lib/worker";
import { router } from "./router";
import "./styles.css";
import "./pages/pages.css";
import "./pages/notices/notices.css";

setTheme(localStorage.getItem("ecrm.theme") ?? undefined);
// The words, the page's own code and the first answers come at once, not one after another.
askAhead(location.pathname);
if (location.pathname === "/") askLayout();
void router.load();
await startI18n();
startServiceWorker();

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
