package opportunity

import (
	"context"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// actions close deals and take them up again, by the rights of whoever does so, in whatever pipeline they are.
func actions() []*schema.Action {
	open := []string{schema.Open}
	return []*schema.Action{
		{Name: "win", Label: t("成交", "赢单", "Win"), Icon: "check", Many: true, Reversible: true, Kinds: open, Fields: []*schema.Field{
			{Name: "reason", Type: "text", Label: t("成交原因", "赢单原因", "Won because")},
		}},
		{Name: "lose", Label: t("未成交", "输单", "Lose"), Icon: "close", Many: true, Reversible: true, Kinds: open, Fields: []*schema.Field{
			{Name: "reason", Type: "text", Required: true, Label: t("未成交原因", "输单原因", "Lost because")},
			{Name: "lost_to", Type: "reference", Targets: []string{"competitor"}, Label: t("得標的競爭對手", "赢单的竞争对手", "Lost to")},
		}},
		{Name: "reopen", Label: t("重新開啟", "重新激活", "Reopen"), Icon: "undo", Many: true, Reversible: true, Kinds: []string{schema.Won, schema.Lost},
			Help: t("回到所屬流程的第一個階段", "回到所属流程的第一个阶段", "It begins again in the first stage of its pipeline")},
	}
}

var doings = map[string]record.Action{
	"win": {Do: func(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
		return nil, closeDeal(ctx, d, schema.Won)
	}},
	"lose": {Do: func(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
		return nil, closeDeal(ctx, d, schema.Lost)
	}},
	"reopen": {Do: func(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
		first := d.Object.FirstStage(d.Record.Text(d.Object.Pipeline))
		if first == nil || first.Kind != schema.Open {
			return nil, record.Clash(d.Object.Stage, "no_stage_of_kind")
		}
		return nil, d.Change(ctx, d.Object.Name, d.ID, record.Values{d.Object.Stage: {first.Value}})
	}},
}

// closeDeal moves the deal to the stage of a kind in its own pipeline.
func closeDeal(ctx context.Context, d *record.Doing, kind string) error {
	stage := d.Object.StageIn(d.Record.Text(d.Object.Pipeline), &schema.Option{Kind: kind})
	if stage == nil {
		return record.Clash(d.Object.Stage, "no_stage_of_kind")
	}
	values := record.Values{d.Object.Stage: {stage.Value}}
	for _, name := range []string{"reason", "lost_to"} {
		if v := d.Input[name]; len(v) > 0 && v[0] != nil {
			values[name] = v
		}
	}
	return d.Change(ctx, d.Object.Name, d.ID, values)
}
