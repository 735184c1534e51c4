import { useEffect, useSyncExternalStore } from "react";
import { useLoaded } from "./api/loaded";
import { readOverview, type Overview } from "./api/overview";
import { Frame } from "./Frame";
import { ModelPage } from "./pages/model/ModelPage";
import { OverviewPage } from "./pages/overview/OverviewPage";
import { StationPage } from "./pages/station/StationPage";
import { StoryPage } from "./pages/story/StoryPage";
import { Note } from "./parts/Note";
import { Pending } from "./parts/Pending";
import { Now } from "./parts/When";
import { overviewAddress, routeOf, type Route } from "./route";

function listen(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

function titleOf(route: Route): string {
  switch (route.page) {
    case "station":
      return `${route.station} · `;
    case "model":
      return `${route.model} · `;
    case "story":
      return "story · ";
    default:
      return "";
  }
}

function Page({ route, overview }: { route: Route; overview: Overview }) {
  switch (route.page) {
    case "overview":
      return <OverviewPage overview={overview} />;
    case "station":
      return <StationPage station={route.station} event={route.event} overview={overview} />;
    case "model":
      return <ModelPage key={route.model} model={route.model} production={overview.production} />;
    case "story":
      return <StoryPage key={route.cause} cause={route.cause} event={route.event} overview={overview} />;
    case "lost":
      return (
        <Note title={`There is no page "${route.path}".`}>
          <a href={overviewAddress}>To the overview</a>
        </Note>
      );
  }
}

export function App() {
  const route = routeOf(useSyncExternalStore(listen, () => location.hash));
  const overview = useLoaded("overview", readOverview);
  const project = overview.state === "ready" ? overview.value.project : "";
  const title = `${titleOf(route)}${project ? `${project} · ` : ""}Cairn`;
  useEffect(() => {
    document.title = title;
  }, [title]);

  if (overview.state !== "ready") {
    return (
      <main style={{ padding: "2rem" }}>
        <Pending of={overview} what="Overview" />
      </main>
    );
  }
  return (
    <Now.Provider value={overview.value.now_ms}>
      <Frame overview={overview.value} problem={overview.problem} route={route}>
        <Page route={route} overview={overview.value} />
      </Frame>
    </Now.Provider>
  );
}
