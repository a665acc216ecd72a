package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

const administratorKey = "administrator"

// names and descriptions of the shipped roles.
var shippedNames = map[string][2]schema.Text{
	"salesperson":     {t("業務", "销售", "Salesperson"), t("看得到並維護自己的與分享給自己的資料；不能刪除", "可查看并维护自己的及共享给自己的数据；不能删除", "Sees and keeps own records and those shared; may not delete")},
	"assistant":       {t("業務助理", "销售助理", "Sales assistant"), t("替指定的業務輸入與修改資料，負責業務不變", "替指定的销售录入和修改数据，负责人不变", "Enters and edits for named salespeople, who stay the owners")},
	"manager":         {t("部門主管", "部门主管", "Manager"), t("看得到並維護本部門與下層部門的資料", "可查看并维护本部门及下级部门的数据", "Sees and keeps the records of the department and those below")},
	"general_manager": {t("總經理", "总经理", "General manager"), t("看得到、維護並指派全公司的資料", "可查看、维护并分配全公司的数据", "Sees, keeps and assigns all records")},
	administratorKey:  {t("系統管理員", "系统管理员", "Administrator"), t("設定系統、使用者與角色", "设置系统、用户与角色", "Sets up the system, users and roles")},
}

// order is that of the shipped roles in lists.
var order = []string{"salesperson", "assistant", "manager", "general_manager", administratorKey}

// ship writes the shipped roles where they are missing; they are the company's
// own from then on. A role that was deleted does not come back.
func (s *Service) ship(ctx context.Context, u *record.Unit, language string) error {
	before, err := store.Find(ctx, u.Store(), settings.Name, "value", store.Row{"name": "roles"}, "")
	if err != nil || len(before) > 0 {
		return err
	}
	if err := store.Insert(ctx, u.Store(), settings.Name, store.Row{"name": "roles", "value": "1"}); err != nil {
		return err
	}
	registry := s.Records.Current.Load()
	system := policy.System(registry, "setup")
	shipped := policy.Shipped()
	for _, key := range order {
		role := shipped[key]
		in := record.Input{"key": key, "name": shippedNames[key][0].In(language), "description": shippedNames[key][1].In(language), "administrator": role.Admin}
		if role.Rights != nil {
			rights := map[string]any{}
			for object, verbs := range role.Rights {
				granted := map[string]any{}
				for verb, scope := range verbs {
					granted[verb] = string(scope)
				}
				rights[object] = granted
			}
			in["rights"] = rights
		}
		if _, err := u.Create(ctx, system, registry.Object("role"), in); err != nil {
			return fmt.Errorf("make the role %s: %w", key, err)
		}
	}
	return nil
}

// Ship makes sure that a company set up before roles were records has them.
func (s *Service) Ship(ctx context.Context) error {
	company, err := s.Company(ctx)
	if err != nil || company.Name == "" {
		return err
	}
	return s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error { return s.ship(ctx, u, company.Language) })
}

// roles reads roles as policy takes them.
func (s *Service) roles(ctx context.Context, ids []int64) ([]policy.Role, error) {
	set := map[int64]bool{}
	var filter []*query.Node
	for _, id := range ids {
		if id != 0 && !set[id] {
			set[id] = true
			filter = append(filter, query.Is("id", id))
		}
	}
	if filter == nil {
		return nil, nil
	}
	found, err := s.Records.Rows(ctx, "role", query.OneOf(filter...), len(filter))
	if err != nil {
		return nil, err
	}
	var roles []policy.Role
	for _, id := range slices.Sorted(maps.Keys(found)) {
		v := found[id]
		r := policy.Role{ID: id, Name: v.Text("name"), Admin: v.True("administrator"), Departments: schema.IDs(v.Text("departments"))}
		for name, into := range map[string]any{"rights": &r.Rights, "field_access": &r.Fields} {
			if text := v.Text(name); text != "" {
				if err := json.Unmarshal([]byte(text), into); err != nil {
					return nil, fmt.Errorf("role %d: %w", id, err)
				}
			}
		}
		roles = append(roles, r)
	}
	return roles, nil
}
