// Package message holds what the server says to people, in three languages.
// Messages are stored and passed as a code with parameters, and put into words
// only for the reader.
package message

import "strings"

var texts = map[string][3]string{
	"invalid":                  {"資料有誤，請修正標示的欄位", "数据有误，请修改标出的字段", "Some fields need correcting"},
	"not_found":                {"找不到這筆資料", "找不到该记录", "This record was not found"},
	"forbidden":                {"您沒有執行這個動作的權限", "您没有执行此操作的权限", "You may not do this"},
	"conflict":                 {"這筆資料已被他人更動", "该记录已被他人修改", "Somebody else has changed this record"},
	"unauthenticated":          {"請先登入", "请先登录", "Please sign in"},
	"rate_limited":             {"嘗試次數過多，請稍後再試", "尝试次数过多，请稍后再试", "Too many attempts; try again later"},
	"too_large":                {"送出的資料太大", "提交的数据过大", "What was sent is too large"},
	"too_expensive":            {"這個查詢太久了，請縮小範圍", "查询耗时过长，请缩小范围", "This takes too long; please narrow it down"},
	"unavailable":              {"系統暫時無法回應，請稍後再試", "系统暂时无法响应，请稍后再试", "The server cannot answer now; try again later"},
	"not_json":                 {"送出的內容不是有效的 JSON", "提交的内容不是有效的 JSON", "The body is not valid JSON"},
	"wrong_type":               {"這個值的型態不對", "此值的类型不对", "This value has the wrong type"},
	"person_or_department":     {"請選一位同事或一個部門", "请选择一位同事或一个部门", "Choose a person or a department"},
	"in_the_past":              {"期限已經過了，請選以後的時間", "期限已过，请选择以后的时间", "This is in the past; choose a later time"},
	"may_not_share_more":       {"您不能修改這筆資料，只能分享為唯讀", "您不能修改该记录，只能共享为只读", "You may not edit this record; share it for reading"},
	"not_an_object":            {"請給一個 JSON 物件", "请提供 JSON 对象", "A JSON object is expected"},
	"last_administrator":       {"這是最後一位系統管理員，請先指定另一位", "这是最后一位系统管理员，请先指定另一位", "This is the last administrator; name another first"},
	"role_in_use":              {"還有使用者屬於這個角色，請先替他們換角色", "仍有用户属于此角色，请先为他们更换角色", "Users have this role; give them another first"},
	"shipped_role":             {"內建的系統管理員角色不能變更", "内置的系统管理员角色不能更改", "The built-in administrator role cannot be changed"},
	"unknown_right":            {"沒有「{value}」這種權限", "没有“{value}”权限", "There is no right “{value}”"},
	"unknown_scope":            {"沒有「{value}」這種資料範圍", "没有“{value}”数据范围", "There is no scope “{value}”"},
	"password_change_required": {"請先更換臨時密碼", "请先更换临时密码", "Please change the temporary password first"},
	"not_a_key":                {"不能用「{field}」指定資料，請用不重複的欄位", "不能用“{field}”指定记录，请用唯一字段", "A record cannot be named by “{field}”; use a unique field"},
	"wrong_old_password":       {"目前的密碼不對", "当前密码不正确", "The present password is wrong"},
	"same_password":            {"新密碼不能和舊的一樣", "新密码不能与旧密码相同", "The new password must differ from the old one"},
	"own_parent_department":    {"部門不能在自己之下", "部门不能在自己之下", "A department cannot stand below itself"},
	"not_oneself":              {"不能選自己", "不能选择自己", "Choose somebody else"},
	"key_used_otherwise":       {"這個 Idempotency-Key 已用於另一個請求", "此 Idempotency-Key 已用于另一个请求", "This Idempotency-Key was used for another request"},
	"bad_key":                  {"Idempotency-Key 請用 1 到 200 個英數字元", "Idempotency-Key 请用 1 到 200 个英数字符", "An Idempotency-Key has 1 to 200 visible ASCII characters"},
	"value_differs":            {"和網址裡的值不同", "与网址中的值不同", "This differs from the value in the address"},
	"access_administrator":     {"您是系統管理員", "您是系统管理员", "You administer the system"},
	"access_everybody":         {"每個人都看得到這種資料", "所有人都可查看此类数据", "Everybody sees such records"},
	"access_all":               {"角色「{role}」適用於全部資料", "角色“{role}”适用于全部数据", "The role “{role}” covers all records"},
	"access_own":               {"您是負責業務（角色「{role}」）", "您是负责人（角色“{role}”）", "You are the owner (role “{role}”)"},
	"access_assisted":          {"您協助負責人 {owner}（角色「{role}」）", "您协助负责人 {owner}（角色“{role}”）", "You assist the owner, {owner} (role “{role}”)"},
	"access_department":        {"這筆資料屬於{department}，在角色「{role}」的範圍內", "该记录属于{department}，在角色“{role}”的范围内", "The record belongs to {department}, within the role “{role}”"},
	"access_shared":            {"{by} 分享給{with}", "{by} 共享给{with}", "Shared with {with} by {by}"},
	"access_shared_until":      {"{by} 分享給{with}，到 {until} 為止", "{by} 共享给{with}，至 {until} 为止", "Shared with {with} by {by}, until {until}"},
	"access_through":           {"您看得到它的{field}「{label}」", "您可查看其{field}“{label}”", "You see its {field}, “{label}”"},
	"access_none":              {"您的角色不包括這個動作，或這筆資料不在範圍內", "您的角色不包含此操作，或该记录不在范围内", "None of your roles gives this for the record"},
	"access_token":             {"這個 API 權杖不包括這個動作", "此 API 令牌不包含此操作", "This API token does not include it"},
	"with_you":                 {"您", "您", "you"},
	"openapi_about":            {"依目前的物件、欄位與您的權限產生。慣例見 docs/api.md。", "根据当前的对象、字段与您的权限生成。约定见 docs/api.md。", "Made of the objects and fields there are and of your rights. docs/api.md has the conventions."},
	"openapi_system":           {"登入、檢視、匯入、工作", "登录、视图、导入、任务", "Sign-in, views, imports, jobs"},
	"temporary_password":       {"臨時密碼", "临时密码", "Temporary password"},
	"wrong_password":           {"帳號或密碼不對", "账号或密码不正确", "Wrong login or password"},
	"file_empty":               {"檔案是空的", "文件是空的", "The file is empty"},
	"file_encrypted":           {"檔案有密碼保護,請先解除再匯入", "文件有密码保护,请先解除再导入", "The file is protected by a password"},
	"file_not_a_table":         {"這個檔案不是表格", "该文件不是表格", "This file is not a table"},
	"file_is_calendar":         {"這是行事曆,不是聯絡人", "这是日历,不是联系人", "This is a calendar, not contacts"},
	"not_a_table":              {"這個檔案不是表格", "该文件不是表格", "This file is not a table"},
	"password_length":          {"密碼請用 8 到 200 個字", "密码请用 8 到 200 个字符", "A password has 8 to 200 characters"},
	"set_up_before":            {"系統已經設定過了", "系统已经设置过了", "The system was set up before"},
	"required":                 {"請填寫這個欄位", "请填写此字段", "Please fill this in"},
	"unknown_field":            {"沒有這個欄位", "没有此字段", "There is no such field"},
	"read_only":                {"這個欄位不能修改", "此字段不可修改", "This field cannot be changed"},
	"not_text":                 {"請輸入文字", "请输入文本", "Please enter text"},
	"too_long":                 {"最多 {max} 個字", "最多 {max} 个字符", "At most {max} characters"},
	"too_many":                 {"最多 {max} 項", "最多 {max} 项", "At most {max} entries"},
	"not_a_url":                {"網址格式不對：請輸入如 https://example.com 的網址", "网址格式不对：请输入如 https://example.com 的网址", "Enter an address such as https://example.com"},
	"not_a_number":             {"請輸入數字", "请输入数字", "Please enter a number"},
	"not_an_integer":           {"請輸入整數", "请输入整数", "Please enter a whole number"},
	"not_money":                {"金額格式不對：請輸入如 1200.50 的數字", "金额格式不对：请输入如 1200.50 的数字", "Enter an amount such as 1200.50"},
	"not_a_currency":           {"幣別請用三個字母，如 TWD", "币种请用三个字母，如 CNY", "A currency has three letters, such as USD"},
	"not_a_date":               {"日期格式不對：請輸入如 2026-11-23 的日期", "日期格式不对：请输入如 2026-11-23 的日期", "Enter a date such as 2026-11-23"},
	"not_a_datetime":           {"時間格式不對：請輸入如 2026-11-23 14:30 的時間", "时间格式不对：请输入如 2026-11-23 14:30 的时间", "Enter a time such as 2026-11-23 14:30"},
	"not_a_boolean":            {"請選是或否", "请选是或否", "Choose yes or no"},
	"not_an_option":            {"「{value}」不在選項之中", "“{value}”不在选项之中", "“{value}” is not one of the choices"},
	"not_a_list":               {"請給一份清單", "请提供列表", "A list is expected"},
	"not_a_phone":              {"電話格式不對：請輸入如 02-2345-6789 的號碼", "电话格式不对：请输入如 021-6888-8888 的号码", "Enter a number such as 02-2345-6789"},
	"not_a_mail":               {"郵件地址格式不對：請輸入如 name@example.com 的地址", "邮箱格式不对：请输入如 name@example.com 的地址", "Enter an address such as name@example.com"},
	"not_an_address":           {"地址格式不對", "地址格式不对", "This is not an address"},
	"not_a_reference":          {"請選一筆資料", "请选择一条记录", "Please choose a record"},
	"not_a_target":             {"這裡不能連到這種資料", "此处不能关联此类记录", "This cannot point to such a record"},
	"ids_or_filter":            {"請選擇資料，或給篩選條件，兩者擇一", "请选择记录，或给出筛选条件，二者择一", "Choose records or give a filter, one of the two"},
	"too_many_rows":            {"一次最多處理 1,000,000 筆", "一次最多处理 1,000,000 条", "At most 1,000,000 records at a time"},
	"nothing_selected":         {"沒有選到任何資料", "没有选中任何记录", "Nothing was chosen"},
	"job_bulk_assign":          {"指派{object}", "分配{object}", "Assign: {object}"},
	"job_bulk_edit":            {"批次修改{object}", "批量修改{object}", "Edit: {object}"},
	"job_bulk_tag":             {"批次加標籤：{object}", "批量打标签：{object}", "Tag: {object}"},
	"job_bulk_delete":          {"刪除{object}", "删除{object}", "Delete: {object}"},
	"job_bulk_restore":         {"還原{object}", "恢复{object}", "Restore: {object}"},
	"job_bulk_share":           {"分享{object}", "共享{object}", "Share: {object}"},
	"job_bulk_undo":            {"復原批次作業：{object}", "撤销批量操作：{object}", "Undo: {object}"},
	"job_export":               {"匯出{object}", "导出{object}", "Export: {object}"},
	"job_import":               {"匯入{object}：{title}", "导入{object}：{title}", "Import {object}: {title}"},
	"actor_disabled":           {"建立這項工作的帳號已停用", "创建此任务的账号已停用", "The account that began this job is disabled"},
	"no_such_record":           {"找不到所選的資料", "找不到所选的记录", "The chosen record was not found"},
	"outside_scope":            {"不能指派到您的資料範圍之外", "不能指派到您的数据范围之外", "This is outside your data scope"},
	"may_not_assign":           {"您不能更換負責業務", "您不能更换负责人", "You may not change the owner"},
	"changed_since":            {"這個欄位已被他人改過", "此字段已被他人修改", "Somebody has changed this field since"},
	"taken":                    {"已經有人使用", "已被占用", "This is taken"},
	"own_parent":               {"公司不能是自己的上層公司", "公司不能是自己的上级公司", "A company cannot be its own parent"},
	"lost_needs_reason":        {"未成交請填寫原因", "输单请填写原因", "Please say why it was lost"},
	"bad_field_name":           {"欄位名稱請用 x_ 開頭的小寫英文、數字與底線", "字段名请用 x_ 开头的小写字母、数字与下划线", "A name begins with x_ and has lower-case letters, digits and _"},
	"no_such_type":             {"沒有這種欄位類型", "没有此字段类型", "There is no such field type"},
	"no_such_object":           {"沒有這種物件", "没有此对象", "There is no such object"},
	"bad_cursor":               {"頁面已失效，請重新整理清單", "页面已失效，请刷新列表", "This page has expired; reload the list"},
	"sort_unfit":               {"不能依「{token}」排序", "不能按“{token}”排序", "The list cannot be sorted by “{token}”"},
	"group_unfit":              {"不能依「{token}」分組", "不能按“{token}”分组", "The records cannot be grouped by “{token}”"},
	"measure_unfit":            {"不能計算「{token}」", "不能计算“{token}”", "“{token}” cannot be measured"},
	"filter_too_long":          {"篩選條件太長", "筛选条件过长", "The filter is too long"},
	"filter_too_deep":          {"篩選條件的層數太多", "筛选条件层数过多", "The filter is nested too deeply"},
	"filter_unexpected":        {"第 {pos} 個字：這裡不該有「{token}」", "第 {pos} 个字符：此处不应有“{token}”", "Character {pos}: “{token}” is not expected here"},
	"filter_bracket":           {"第 {pos} 個字：少了括號", "第 {pos} 个字符：缺少括号", "Character {pos}: a bracket is missing"},
	"filter_field_expected":    {"第 {pos} 個字：這裡應該是欄位名稱", "第 {pos} 个字符：此处应为字段名", "Character {pos}: a field name is expected"},
	"filter_operator_expected": {"第 {pos} 個字：這裡應該是運算符號，如 =", "第 {pos} 个字符：此处应为运算符，如 =", "Character {pos}: an operator such as = is expected"},
	"filter_value_expected":    {"第 {pos} 個字：這裡應該是值，文字請加引號", "第 {pos} 个字符：此处应为值，文本请加引号", "Character {pos}: a value is expected; put text in quotes"},
	"filter_number_expected":   {"第 {pos} 個字：這裡應該是數字", "第 {pos} 个字符：此处应为数字", "Character {pos}: a number is expected"},
	"filter_empty_expected":    {"第 {pos} 個字：IS 後面應該是 EMPTY", "第 {pos} 个字符：IS 后应为 EMPTY", "Character {pos}: EMPTY is expected after IS"},
	"filter_not_json":          {"篩選條件不是有效的 JSON", "筛选条件不是有效的 JSON", "The filter is not valid JSON"},
	"filter_empty_group":       {"篩選條件有空的群組", "筛选条件有空的分组", "A group of the filter is empty"},
	"filter_unknown_field":     {"沒有「{token}」這個欄位", "没有“{token}”字段", "There is no field “{token}”"},
	"filter_unknown_relation":  {"沒有「{token}」這種關聯", "没有“{token}”关联", "There is no relation “{token}”"},
	"filter_operator_unfit":    {"「{token}」不能用這個運算", "“{token}”不支持此运算", "“{token}” cannot be compared this way"},
	"filter_value_unfit":       {"「{token}」不能和這個值比較", "“{token}”不能与此值比较", "“{token}” cannot be compared with this value"},
}

// In puts a code into words; {name} is replaced by the parameter of that name.
func In(language, code string, params map[string]string) string {
	t, ok := texts[code]
	if !ok {
		return code
	}
	s := t[0]
	switch language {
	case "zh-CN":
		s = t[1]
	case "en":
		s = t[2]
	}
	for name, value := range params {
		s = strings.ReplaceAll(s, "{"+name+"}", value)
	}
	return s
}
