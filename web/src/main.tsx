import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queries";
import { startI18n } from "./i18n";
import { setTheme } from "./lib/theme";
import { router } from "./router";
import "./styles.css";

setTheme(localStorage.getItem("ecrm.theme") ?? undefined);
await startI18n();

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
