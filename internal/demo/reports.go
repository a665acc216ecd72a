package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"ecrm/internal/record"
)

const (
	// reportDays is for how many days back people have reported, reporters how many of
	// them at most.
	reportDays = 6
	reporters  = 24
)

// reportWords are what salespeople write: what they did besides, plan, find difficult and
// need, and what their manager answers.
type reportWords struct{ done, plan, hard, help, answer []string }

var reportTexts = map[string]reportWords{
	"zh-TW": {
		done: []string{"整理上個月的名片，補進系統", "幫技術部確認樣品規格", "參加展覽籌備會", "和採購談運費，還沒定案"},
		plan: []string{"拜訪兩家老客戶，問下半年的需求", "把報價單寄出，下午追蹤", "準備週四的簡報", "打電話給太久沒聯絡的客戶"},
		hard: []string{"交期比對手多一週", "客戶嫌價格高，要跟總公司再談", "窗口換人，要重新建立關係"},
		help: []string{"希望主管一起拜訪採購主管", "請技術部這週給測試報告"}, answer: []string{"收到，週三我跟你一起去", "做得好，報價先別再降", "交期我來跟工廠談"},
	},
	"zh-CN": {
		done: []string{"整理上个月的名片，录入系统", "协助技术部确认样品规格", "参加展会筹备会", "和采购谈运费，还没定"},
		plan: []string{"拜访两家老客户，了解下半年需求", "发出报价单，下午跟进", "准备周四的汇报", "给太久没联系的客户打电话"},
		hard: []string{"交货期比对手多一周", "客户嫌价格高，要和总部再谈", "对接人换了，要重新建立关系"},
		help: []string{"希望领导一起拜访采购经理", "请技术部这周给测试报告"}, answer: []string{"收到，周三我和你一起去", "做得好，报价先不要再降", "交货期我来和工厂谈"},
	},
	"en": {
		done: []string{"Sorted last month's cards into the system", "Went through the samples with engineering", "Met about the trade fair", "Talked freight with purchasing, not settled"},
		plan: []string{"Visit two regular customers about the second half", "Send the quote, follow up in the afternoon", "Prepare Thursday's presentation", "Call customers not contacted for long"},
		hard: []string{"Our delivery takes a week longer than theirs", "They find us expensive; head office has to decide", "A new contact, we start from the beginning"},
		help: []string{"Could we meet their head of purchasing together?", "The test report from engineering this week, please"}, answer: []string{"Fine, I come along on Wednesday", "Well done; no further discount for now", "I talk to the factory about delivery"},
	},
}

// reports has salespeople hand in what they did on the last days, one now and then not,
// and their managers answer some.
func (m *maker) reports(ctx context.Context) error {
	words, ok := reportTexts[m.Locale]
	o := m.registry.Object("work_report")
	if !ok || o == nil {
		return nil
	}
	luck := rand.New(rand.NewPCG(m.Seed, 4<<32|uint64(len(m.Locale))))
	some := func(from []string, percent int) any {
		if luck.IntN(100) >= percent {
			return nil
		}
		return from[luck.IntN(len(from))]
	}
	for age := reportDays; age > 0; age-- {
		day := m.now.AddDate(0, 0, -age)
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		for i, s := range m.sellers[:min(len(m.sellers), reporters)] {
			if luck.IntN(100) < 12 {
				continue
			}
			at := time.Date(day.Year(), day.Month(), day.Day(), 17, luck.IntN(60), luck.IntN(60), 0, m.zone)
			in := record.Input{"kind": "day", "begins": at.Format(time.DateOnly), "owner": strconv.FormatInt(s.id, 10), "department": strconv.FormatInt(s.department, 10),
				"done": some(words.done, 60), "plan": some(words.plan, 95), "difficulties": some(words.hard, 30), "help": some(words.help, 20)}
			id, a := m.id(at), m.as(s.id)
			values, err := m.people.Records.ParseInput(ctx, a, o, in)
			if err != nil {
				return fmt.Errorf("make up a report: %w", err)
			}
			err = m.people.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
				return u.CreateAs(record.At(ctx, at), a, o, id, values)
			})
			if err != nil {
				return fmt.Errorf("make up a report: %w", err)
			}
			if luck.IntN(100) >= 25 || len(m.managers) == 0 {
				continue
			}
			boss := m.managers[s.branch%len(m.managers)]
			if _, err := m.people.Records.AddComment(ctx, m.as(boss.id), o, id, words.answer[(i+age)%len(words.answer)], nil); err != nil {
				return fmt.Errorf("answer a report: %w", err)
			}
		}
	}
	return nil
}
