package identity

import (
	"regexp"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares departments, users and roles.
func Module() record.Module {
	return record.Module{
		Name: "identity", Objects: []*schema.Object{departmentObject(), roleObject(), userObject()},
		Rules: map[string]record.Rules{
			"department": {Check: checkDepartment},
			"role":       {Check: checkRole, Remove: removeRole},
			"user":       {Check: checkUser, Done: userDone, Remove: removeUser},
		},
	}
}

func departmentObject() *schema.Object {
	return &schema.Object{
		Name: "department", Plural: "departments", Icon: "tree", Group: "settings", Title: "name", AdminOnly: true,
		Label: t("部門", "部门", "Department"), LabelPlural: t("部門", "部门", "Departments"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), Required: true, Search: "n"},
			{Name: "parent", Type: "department", Label: t("上層部門", "上级部门", "Parent department")},
			{Name: "head", Type: "user", Label: t("主管", "主管", "Head")},
		},
		List:     []string{"name", "parent", "head"},
		Sections: []schema.Section{{Label: t("部門", "部门", "Department"), Fields: []string{"name", "parent", "head"}}},
	}
}

func roleObject() *schema.Object {
	return &schema.Object{
		Name: "role", Plural: "roles", Icon: "key", Group: "settings", Title: "name", Key: "key", AdminOnly: true,
		Label: t("角色", "角色", "Role"), LabelPlural: t("角色", "角色", "Roles"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), Required: true, Search: "n", MaxLength: 60},
			{Name: "key", Type: "text", Label: t("代號", "代号", "Key"), Unique: true, MaxLength: 40, Search: "i",
				Help: t("給程式與匯入檔用的固定名稱", "供程序与导入文件使用的固定名称", "A fixed name for scripts and files")},
			{Name: "description", Type: "longtext", Label: t("說明", "说明", "Description"), MaxLength: 1000},
			{Name: "administrator", Type: "boolean", Label: t("系統管理", "系统管理", "Administers the system"), Default: false},
			{Name: "rights", Type: "json", Label: t("權限", "权限", "Rights"), AdminOnly: true,
				Help: t("物件 → 動作 → 資料範圍", "对象 → 动作 → 数据范围", "Object → verb → scope")},
			{Name: "field_access", Type: "json", Label: t("欄位權限", "字段权限", "Access to fields"), AdminOnly: true,
				Help: t("物件 → 欄位 → hidden、read 或 write", "对象 → 字段 → hidden、read 或 write", "Object → field → hidden, read or write")},
			{Name: "departments", Type: "references", Targets: []string{"department"}, Label: t("指定部門", "指定部门", "Chosen departments"), AdminOnly: true},
		},
		List:     []string{"name", "key", "description", "administrator"},
		Sections: []schema.Section{{Label: t("角色", "角色", "Role"), Fields: []string{"name", "key", "description", "administrator", "departments"}}},
	}
}

// staffLists tells lists of one's own people from those of customers. Accounts are
// what other people have too: there the name of the file decides.
var staffLists = &schema.Lists{
	Heads: schema.Words("employee id, employee no, employee number, staff id, staff no, sales agent, sales rep, sales representative, salesperson, sales person, sales name, 工號, 員工編號, 員工號, 員工姓名, 員工代號, 業務員, 業務姓名, 業務代表, 業務人員, 銷售員, 銷售代表, 銷售人員, 銷售姓名, personalnummer"),
	Vague: schema.Words("user id, userid, user name, username, login, login id, alias, 帳號, 登入帳號, 登錄賬號, 用戶名, benutzername"),
	Never: schema.Words("company, company name, account, account name, organization, organization name, customer, customer name, client, lead source, industry, website, amount, stage, 公司, 公司名稱, 客戶, 客戶名稱, 企業名稱, 單位名稱, 金額, 階段, 地址, address, street, city, birthday, 生日, gender, 性別, sex, age, 年齡, deal, opportunity, subject, date, product"),
	Files: regexp.MustCompile(`(?i)(^|[^a-z])(users?|staff|employees?|sales[ _-]?(team|rep|people|person)s?|team)([^a-z]|$)|員工|员工|人員|人员|同事|業務名單|业务员|使用者|用戶|用户|Mitarbeiter`),
}

func userObject() *schema.Object {
	return &schema.Object{
		Name: "user", Plural: "users", Icon: "people", Group: "settings", Title: "name", Key: "login", AdminOnly: true, Lists: staffLists,
		Label: t("使用者", "用户", "User"), LabelPlural: t("使用者", "用户", "Users"),
		Aliases: schema.Words("staff, employee, salesperson, sales person, sales agent, sales rep, sales representative, 員工, 人員, 同事, 業務, 業務員, 銷售, 銷售員, 業務人員, 銷售人員, mitarbeiter, benutzer, empleado, utilisateur, 社員"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text",
				Aliases: schema.Words("full name, fullname, first name, firstname, given name, last name, lastname, family name, surname, vorname, nachname, display name, employee name, staff name, user full name, sales agent, sales rep, sales representative, sales person, salesperson, sales name, agent, 員工姓名, 人員姓名, 用戶姓名, 使用者姓名, 業務, 業務員, 業務代表, 業務人員, 業務姓名, 銷售, 銷售員, 銷售代表, 銷售人員, 銷售姓名, 顯示名稱, 中文姓名, mitarbeitername, nombre, nom, 氏名"),
				Label:   t("姓名", "姓名", "Name"), Required: true, Search: "n"},
			{Name: "login", Type: "text",
				Aliases: schema.Words("帳號, 賬號, 登錄名, 登入名稱, 使用者名稱, 用戶名, 工號, 員工編號, 員工代號, 員工號, login id, login name, username, user name, user login, userid, user id, employee id, employee no, employee number, staff id, staff no, benutzername, anmeldename"),
				Label:   t("登入帳號", "登录账号", "Login"), Required: true, Unique: true, MaxLength: 100, Search: "i"},
			{Name: "department", Type: "department",
				Aliases: schema.Words("team, sales team, office, regional office, branch, branch office, region, group, business unit, 團隊, 組別, 所屬部門, 單位, 分公司, 辦事處, 營業所, abteilung, departamento, service"),
				Label:   t("部門", "部门", "Department"), Grow: true},
			{Name: "more_departments", Type: "references", Targets: []string{"department"}, Label: t("兼任部門", "兼任部门", "Further departments")},
			{Name: "position", Type: "text",
				Aliases: schema.Words("title, job title, job, designation, 職務, 職位, 崗位, position, funktion, cargo, fonction"),
				Label:   t("職稱", "职务", "Position")},
			{Name: "supervisor", Type: "user",
				Aliases: schema.Words("manager, manager name, sales manager, team leader, team lead, reports to, boss, 主管, 上級, 直屬上級, 直接上級, 直接主管, 經理, 業務經理, 銷售經理, 匯報對象, vorgesetzter, jefe"),
				Label:   t("直屬主管", "直属上级", "Manager")},
			{Name: "role", Type: "reference", Targets: []string{"role"}, Label: t("角色", "角色", "Role")},
			{Name: "more_roles", Type: "references", Targets: []string{"role"}, Label: t("其他角色", "其他角色", "Further roles")},
			{Name: "assistant_of", Type: "references", Targets: []string{"user"}, Label: t("協助的業務", "协助的销售", "Assists"),
				Help: t("業務助理可以替這些業務輸入與修改資料", "销售助理可替这些销售录入和修改数据", "A sales assistant enters and edits for these salespeople")},
			{Name: "mails", Type: "mails", Label: t("電子郵件", "邮箱", "Emails")},
			{Name: "phones", Type: "phones", Label: t("電話", "电话", "Phones")},
			{Name: "photo", Type: "picture", Label: t("照片", "照片", "Photo")},
			{Name: "active", Type: "boolean", Label: t("啟用", "启用", "Active"), Default: true},
			{Name: "away_from", Type: "date", Label: t("不在，從", "不在岗，自", "Away from"), Help: t("不在的期間不會被輪流指派", "不在岗期间不参与轮流分配", "Nothing is handed out to somebody who is away")},
			{Name: "away_until", Type: "date", Label: t("不在，到", "不在岗，至", "Away until")},
			{Name: "language", Type: "text", Label: t("語言", "语言", "Language"), MaxLength: 10},
			{Name: "time_zone", Type: "text", Label: t("時區", "时区", "Time zone"), MaxLength: 60},
			{Name: "theme", Type: "text", Label: t("佈景", "主题", "Theme"), MaxLength: 20},
			{Name: "density", Type: "text", Label: t("密度", "密度", "Density"), MaxLength: 20},
		},
		List:  []string{"name", "login", "department", "position", "role", "active"},
		Quick: []string{"role", "department", "active"},
		Sections: []schema.Section{{Label: t("使用者", "用户", "User"), Fields: []string{"name", "login", "department", "more_departments", "position", "supervisor", "role", "more_roles", "assistant_of",
			"mails", "phones", "photo", "active", "away_from", "away_until", "language", "time_zone"}}},
	}
}
