package opportunity

import "ecrm/internal/schema"

// contacts declares who takes part in deciding a deal, and as what. It hangs on
// the opportunity.
func contacts() *schema.Object {
	return &schema.Object{
		Name: "opportunity_contact", Plural: "opportunity_contacts", Icon: "users", Group: "sales", Links: [2]string{"opportunity", "contact"},
		Label: t("決策關係人", "决策链联系人", "Buying contact"), LabelPlural: t("決策關係人", "决策链联系人", "Buying contacts"),
		Fields: []*schema.Field{
			{Name: "opportunity", Type: "reference", Targets: []string{"opportunity"}, Label: t("商機", "商机", "Opportunity")},
			{Name: "contact", Type: "reference", Targets: []string{"contact"}, Label: t("聯絡人", "联系人", "Contact")},
			{Name: "role", Type: "picklist", Label: t("決策角色", "决策角色", "Role"), Indexed: true, Options: []schema.Option{
				{Value: "decider", Label: t("決策者", "决策者", "Decision maker"), Color: "red"}, {Value: "influencer", Label: t("影響者", "影响者", "Influencer"), Color: "orange"},
				{Value: "user", Label: t("使用者", "使用者", "User"), Color: "blue"}, {Value: "buyer", Label: t("採購", "采购", "Buyer")},
				{Value: "gatekeeper", Label: t("把關者", "把关者", "Gatekeeper")}, {Value: "supporter", Label: t("內部支持者", "内部支持者", "Champion"), Color: "green"},
				{Value: "opponent", Label: t("反對者", "反对者", "Opponent"), Color: "grey"},
			}},
			{Name: "note", Type: "text", Label: t("備註", "备注", "Note"), MaxLength: 200},
		},
		List:       []string{"opportunity", "contact", "role", "note", "created_at"},
		Quick:      []string{"role"},
		Highlights: []string{"opportunity", "contact", "role"},
		Sections:   []schema.Section{{Label: t("決策關係人", "决策链联系人", "Buying contact"), Fields: []string{"opportunity", "contact", "role", "note"}}},
	}
}
