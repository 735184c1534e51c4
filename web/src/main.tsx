import "@mantine/core/styles/baseline.css";
import "@mantine/core/styles/default-css-variables.css";
import "@mantine/core/styles/global.css";
import "@mantine/core/styles/UnstyledButton.css";
import "@mantine/core/styles/ActionIcon.css";
import "@mantine/core/styles/Table.css";
import "./fonts.css";
import "./theme.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { MantineProvider } from "@mantine/core";
import { App } from "./App";
import { mlflowAddress } from "./route";

// MLflow's clients print links to its own page, which is served beside this one.
function leaveForMlflow(): void {
  const address = mlflowAddress(location.hash);
  if (address !== "") location.replace(address);
}
leaveForMlflow();
addEventListener("hashchange", leaveForMlflow);

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element 'root'");

// Mantine's variables come from its own file instead of a <style> element: the page is served under a policy that forbids those.
createRoot(root).render(
  <StrictMode>
    <MantineProvider defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <App />
    </MantineProvider>
  </StrictMode>,
);
