package transfer

import (
	"regexp"
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// choose finds the object a file's rows most likely are, among those the actor
// may import; the first declared wins a tie.
func choose(a *policy.Actor, d *tabular.Detected, unique []bool, stem string) *schema.Object {
	var best *schema.Object
	most := -1000.0
	for _, o := range a.Registry.Objects() {
		if !a.May(o, policy.Import) || o.Title == "" || o.Field(o.Title) == nil || !o.Owned && !listsStaff(o, d, unique, stem) {
			continue
		}
		mapped, sum := guessAll(a, o, d, unique)
		for _, f := range o.Fields {
			// What it cannot be without, as a call cannot without whom was called.
			if f.Required && f.Default == nil && f.Target() != "" && !slices.ContainsFunc(mapped, func(c Column) bool { return c.Field == f.Name || strings.HasPrefix(c.Field, f.Name+".") }) {
				sum -= 6
			}
		}
		if !o.Owned {
			sum += 10 // what else it might be, it says it is not
		}
		if sum > most+0.01 {
			best, most = o, sum
		}
	}
	return best
}

// staffWords head the columns of lists of one's own people, accountWords also those
// of other people, which are told apart by what the file is called.
var (
	staffWords   = plainSet("employee id, employee no, employee number, staff id, staff no, sales agent, sales rep, sales representative, salesperson, sales person, sales name, 工號, 員工編號, 員工號, 員工姓名, 員工代號, 業務員, 業務姓名, 業務代表, 業務人員, 銷售員, 銷售代表, 銷售人員, 銷售姓名, personalnummer")
	accountWords = plainSet("user id, userid, user name, username, login, login id, alias, 帳號, 登入帳號, 登錄賬號, 用戶名, benutzername")
	staffNames   = regexp.MustCompile(`(?i)(^|[^a-z])(users?|staff|employees?|sales[ _-]?(team|rep|people|person)s?|team)([^a-z]|$)|員工|员工|人員|人员|同事|業務名單|业务员|使用者|用戶|用户|Mitarbeiter`)
)

// outside are the headers that lists of one's own people do not have.
var outside = plainSet("company, company name, account, account name, organization, organization name, customer, customer name, client, lead source, industry, website, amount, stage, 公司, 公司名稱, 客戶, 客戶名稱, 企業名稱, 單位名稱, 金額, 階段, 地址, address, street, city, birthday, 生日, gender, 性別, sex, age, 年齡, deal, opportunity, subject, date, product")

// listsStaff tells whether a file lists one's own people: every row has another
// one, by a name or number that only they have, and nothing tells of customers.
func listsStaff(o *schema.Object, d *tabular.Detected, unique []bool, stem string) bool {
	if o.Name != "user" || len(d.Columns) < 2 {
		return false
	}
	found := false
	for i, c := range d.Columns {
		p := plain(c.Header)
		if outside[p] {
			return false
		}
		found = found || unique[i] && (staffWords[p] || accountWords[p] && staffNames.MatchString(stem))
	}
	return found
}
