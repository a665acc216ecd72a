import { type Settings, useAnalysis } from "../../api/analyses";
import { ErrorState, Skeleton } from "../../ui/State";
import { AnalysisChart } from "./AnalysisChart";

/** The picture of an analysis by itself, for pages that show several: one question, one answer. */
export default function AnalysisWidget({ name, settings }: { name: string; settings: Settings }) {
  const answer = useAnalysis(name, settings);
  if (answer.isPending) return <Skeleton rows={6} />;
  if (answer.isError) return <ErrorState error={answer.error} retry={() => answer.refetch()} />;
  return <AnalysisChart answer={answer.data} />;
}
