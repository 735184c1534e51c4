import type { Overview } from "../../api/overview";
import { Charter } from "./Charter";
import { Gates } from "./Gates";
import { Monitors } from "./Monitors";
import { PipelineRuns } from "./PipelineRuns";
import { ScoreRows } from "./ScoreRows";
import { ServingCounts } from "./Serving";
import { Stories } from "./Stories";

/** What a station shows besides its events. */
export function Detail({ station, overview }: { station: string; overview: Overview }) {
  switch (station) {
    case "charter":
      return <Charter overview={overview} />;
    case "pipeline":
      return <PipelineRuns />;
    case "serving":
      return <ServingCounts />;
    case "gates":
      return <Gates />;
    case "monitoring":
      return (
        <>
          <Stories alerts={overview.alerts} />
          <Monitors monitors={overview.monitors} />
        </>
      );
    case "retraining":
      return <Stories alerts={overview.alerts} />;
    case "scorecard":
      return <ScoreRows level={overview.level} />;
    default:
      return null;
  }
}
