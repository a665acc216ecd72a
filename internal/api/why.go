package api

import (
	"net/http"
	"slices"
	"time"

	"ecrm/internal/message"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// whyView is one rule that lets the asker do something, or that nothing does.
type whyView struct {
	Verb string `json:"verb"`
	// Rule is administrator, everybody, all, own, assisted, department, shared,
	// through or none.
	Rule  string       `json:"rule"`
	Role  string       `json:"role,omitempty"`
	Scope policy.Scope `json:"scope,omitempty"`
	Text  string       `json:"text"`
}

// access tells what the asker may do with a record and by which rules.
func (s *Server) access(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	v, err := s.Records.Values(r.Context(), r.actor, o, id)
	if err != nil {
		return err
	}
	may, why := map[string]bool{}, []whyView{}
	for _, verb := range policy.Verbs {
		if verb == policy.Create || verb == policy.Import || !o.Owned && verb == policy.Share {
			continue // these are asked of the object, not of a record
		}
		reasons, err := s.Records.Why(r.Context(), r.actor, o, id, verb)
		if err != nil {
			return err
		}
		may[verb] = len(reasons) > 0
		for _, reason := range reasons {
			texts, err := s.reasonTexts(r, o, id, v, verb, reason)
			if err != nil {
				return err
			}
			for _, text := range texts {
				why = append(why, whyView{verb, reason.Rule, reason.Role, reason.Scope, text})
			}
		}
		if len(reasons) == 0 {
			code := "access_none"
			if full := *r.actor; r.actor.Grants != nil {
				full.Grants = nil
				if full.May(o, verb) && !r.actor.May(o, verb) {
					code = "access_token"
				}
			}
			why = append(why, whyView{Verb: verb, Rule: "none", Text: message.In(r.language(), code, nil)})
		}
	}
	return r.json(http.StatusOK, map[string]any{"may": may, "why": why})
}

func (s *Server) reasonTexts(r *request, o *schema.Object, id int64, v record.Values, verb string, reason policy.Reason) ([]string, error) {
	say := func(code string, params map[string]string) []string {
		params["role"] = reason.Role
		return []string{message.In(r.language(), code, params)}
	}
	name := func(object string, id int64) (string, error) {
		names, err := s.Records.Names(r.Context(), r.actor, object, []int64{id})
		return names[id], err
	}
	switch reason.Rule {
	case policy.RuleAssisted:
		owner, err := name("user", v.Int("owner"))
		return say("access_assisted", map[string]string{"owner": owner}), err
	case policy.RuleDepartment:
		department, err := name("department", v.Int("department"))
		return say("access_department", map[string]string{"department": department}), err
	case policy.RuleThrough:
		f := o.Field(reason.Through)
		label, err := name(f.Target(), v.Int(reason.Through))
		return say("access_through", map[string]string{"field": f.Label.In(r.language()), "label": label}), err
	case policy.RuleEnds:
		var ends [2]string
		for i := range ends {
			var err error
			if ends[i], err = name(o.End(i).Target(), v.Int(o.Links[i])); err != nil {
				return nil, err
			}
		}
		return say("access_ends", map[string]string{"first": ends[0], "second": ends[1]}), nil
	case policy.RuleShared:
		shares, err := s.Records.Shares(r.Context(), r.actor, o, id)
		if err != nil {
			return nil, err
		}
		var texts []string
		for _, share := range shares {
			if !slices.Contains(r.actor.Tokens(), share.Token()) || verb == policy.Edit && !share.Write {
				continue
			}
			params := map[string]string{"by": share.ByName, "with": share.Name}
			code := "access_shared"
			if share.User != 0 {
				params["with"] = message.In(r.language(), "with_you", nil)
			}
			if share.Until != 0 {
				code, params["until"] = "access_shared_until", time.UnixMicro(share.Until).In(r.actor.Zone()).Format("2006-01-02 15:04")
			}
			texts = append(texts, say(code, params)...)
		}
		return texts, nil
	}
	return say("access_"+reason.Rule, map[string]string{}), nil
}
