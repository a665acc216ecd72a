package schema

import "strings"

// Words takes a list of names apart: account, company, 客戶.
func Words(list string) []string {
	words := strings.Split(list, ",")
	for i, w := range words {
		words[i] = strings.TrimSpace(w)
	}
	return words
}

// ExternalIDs is the field that holds what other programs call a record: the
// program, a colon and its number there.
const ExternalIDs = "external_ids"

// systemFields are those that every object has.
func systemFields(owned bool) []*Field {
	fields := []*Field{
		{Name: "created_at", Type: "datetime", Label: T("建立時間", "创建时间", "Created"), System: true, Indexed: true,
			Aliases: Words("created, created at, created on, created time, created date, created date time, create date, create time, creation date, date created, date added, registered at, registration date, sign up date, signup date, subscription date, join date, joined, timestamp, submitted at, submission date, submission time, submitted on, 時間戳記, 時間戳, 提交時間, 填寫時間, 報名時間, 登記時間, 收集時間, 填表時間, customer since, member since, added on, add time, 建立日期, 建檔日期, 建檔時間, 創建日期, 新增日期, 新增時間, 登錄日期, 登記日期, 錄入日期, 錄入時間, 加入日期, 註冊日期, 註冊時間, erstellt, erstellt am, erstellungsdatum, angelegt am, fecha de creación, date de création, 登録日, 登録日時, 作成日, 作成日時")},
		{Name: "created_by", Type: "user", Label: T("建立者", "创建人", "Created by"), System: true},
		{Name: "updated_at", Type: "datetime", Label: T("更新時間", "更新时间", "Updated"), System: true, Indexed: true},
		{Name: "updated_by", Type: "user", Label: T("更新者", "更新人", "Updated by"), System: true},
		{Name: "deleted_at", Type: "datetime", Label: T("刪除時間", "删除时间", "Deleted"), System: true},
	}
	if owned {
		fields = append(fields,
			&Field{Name: "owner", Type: "user", Label: T("負責業務", "负责人", "Owner"), Indexed: true,
				Aliases: Words("owner name, owner full name, user id, responsible person, responsible person name, team member, handled by, owner username, ownerid, record owner, sales, sales rep, sales representative, sales agent, sales person, salesperson, sales owner, sales manager, account manager, relationship manager, assigned to, assigned to user, assigned to name, activity assigned to, deal owner, owner id, assigned user, assigned user name, assignee, responsible, responsible user, user responsible, rep, agent, 業務, 業務員, 業務姓名, 業務員姓名, 業務員名稱, 業務代表, 業務人員, 業務負責人, 負責人員, 負責同事, 銷售, 銷售員, 銷售人員, 銷售代表, 銷售經理, 銷售負責人, 客戶經理, 客戶負責人, 客戶業務, 所屬業務, 所屬銷售, 所有者, 所有人, 歸屬人, 跟進人, 跟進人員, 拜訪人員, 執行人, 記錄人, 跟單人, 專管業務員, 專營業務員, 經辦人, zuständig, verantwortlich, verantwortlicher, betreuer, vertriebsmitarbeiter, propietario, comercial, vendedor, propriétaire, commercial, 担当者, 営業担当")},
			&Field{Name: "department", Type: "department", Label: T("部門", "部门", "Department"), Indexed: true},
			&Field{Name: ExternalIDs, Type: "tags", Label: T("外部編號", "外部编号", "External IDs"), Match: "external", Search: "i", MaxLength: 160,
				Help: T("在其他系統裡的編號，寫成「來源:編號」；再次匯入時依此認出同一筆", "在其他系统里的编号，写成“来源:编号”；再次导入时据此识别同一条", "Its numbers in other programs, as program:number; an import knows the record again by them")},
		)
	}
	return fields
}
