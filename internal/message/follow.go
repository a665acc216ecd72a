package message

// follows are what is said of calls, tasks and calendars.
var follows = map[string][3]string{
	"task_follow_up":      {"聯絡追蹤", "跟进", "Follow up"},
	"template_for_all":    {"全公司共用的範本由系統管理員設定", "全公司共用的模板由系统管理员设置", "Templates for everybody are set by administrators"},
	"task_not_yours":      {"您不能完成這件待辦", "您不能完成该任务", "You may not finish this task"},
	"next_step_refused":   {"下一步的待辦建立不了：待辦事項有其他必填欄位，請改從「待辦事項」新增", "下一步的任务创建不了：任务有其他必填字段，请改从“任务”新建", "The task of the next step could not be made: tasks have other required fields; make it among the tasks"},
	"no_recurrence":       {"看不懂這個重複規則", "无法识别该重复规则", "This is no rule by which something repeats"},
	"repeats_without_day": {"重複的待辦要有到期時間", "重复的任务要有截止时间", "What repeats needs a day on which it is due"},
	"next_not_made":       {"下一次建立不了：請檢查必填欄位", "下一次创建不了：请检查必填字段", "The next one could not be made: check the required fields"},
	"before_start":        {"結束的日子要在開始之後", "结束日期要在开始之后", "The end must lie after the start"},
	"span_too_long":       {"一次最多看 {max} 天", "一次最多查看 {max} 天", "At most {max} days at once"},
	"ical_name":           {"{name} 的行事曆", "{name} 的日程", "Calendar of {name}"},
	"ical_birthday":       {"{name} 生日", "{name} 生日", "Birthday of {name}"},
	"job_bulk_follow":     {"批次追蹤：{object}", "批量跟进：{object}", "Follow up: {object}"},
	"not_followed_by":     {"「{object}」不能記這種追蹤", "“{object}”不能记录此类跟进", "No such follow-up can be made of {object}"},
	"not_a_place":         {"地點格式不對", "地点格式不对", "This is not a place"},
}
