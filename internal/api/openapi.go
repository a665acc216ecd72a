package api

import (
	"embed"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/jobs"
	"ecrm/internal/message"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/transfer"
)

func jobNode() node    { return schemaOf(reflect.TypeFor[jobs.Job]()) }
func importNode() node { return schemaOf(reflect.TypeFor[transfer.Job]()) }

// openAPI answers the description of the API, made of the registry and of the
// routes, as the asker may use it: fields and objects he may not see are not in
// it.
func (s *Server) openAPI(r *request) error {
	b, err := json.Marshal(s.describeAPI(r.actor, r.language()))
	if err != nil {
		return err
	}
	reply(r.w, http.StatusOK, b)
	return nil
}

// describeAPI makes the OpenAPI document.
func (s *Server) describeAPI(a *policy.Actor, lang string) node {
	schemas, paths := sharedSchemas(), node{}
	for _, o := range a.Registry.Objects() {
		if a.May(o, policy.View) {
			objectSchemas(a, o, lang, schemas)
		}
	}
	for _, route := range s.routes {
		if route.Method == "" {
			continue
		}
		op, named := operations[route.Method+" "+route.Path]
		if name := route.Path[strings.LastIndexByte(route.Path, '/')+1:]; !named && strings.Contains(route.Path, manyPath) {
			describeMany(a, paths, route, name, lang)
			continue
		}
		if !strings.Contains(route.Path, "{plural}") {
			addOperation(paths, route.Path, route, op, nil, lang)
			continue
		}
		for _, o := range a.Registry.Objects() {
			if !a.May(o, policy.View) || !op.fits(a, o) {
				continue
			}
			path := strings.Replace(route.Path, "{plural}", strings.ReplaceAll(o.Plural, "_", "-"), 1)
			if !strings.Contains(path, "{action}") {
				addOperation(paths, path, route, op, o, lang)
				continue
			}
			for _, act := range o.Actions {
				addOperation(paths, strings.Replace(path, "{action}", act.Name, 1), route, op.of(act, lang, route.Method == http.MethodPost), o, lang)
			}
		}
	}
	return node{
		"openapi": "3.1.0",
		"info": node{
			"title": "ECRM", "version": s.Version, "description": message.In(lang, "openapi_about", nil),
			"license": node{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers": []node{{"url": "/"}}, "paths": paths, "tags": tagsOf(a, lang),
		"security": []node{{"session": []string{}}, {"token": []string{}}},
		"components": node{"schemas": schemas, "securitySchemes": node{
			"session": node{"type": "apiKey", "in": "cookie", "name": cookieName},
			"token":   node{"type": "http", "scheme": "bearer"},
		}},
		"x-language": lang, "x-registry-version": a.Registry.Version,
	}
}

func tagsOf(a *policy.Actor, lang string) []node {
	tags := []node{{"name": "system", "description": message.In(lang, "openapi_system", nil)}}
	for _, o := range a.Registry.Objects() {
		if a.May(o, policy.View) {
			tags = append(tags, node{"name": o.Name, "description": o.LabelPlural.In(lang)})
		}
	}
	return tags
}

// operation says of a route what cannot be read off it.
type operation struct {
	// text says what it does.
	text schema.Text
	// verb is the right it needs on its object; owned routes are those of
	// objects whose records have an owner.
	verb  string
	owned bool
	query []parameter
	// body and answer describe what is sent and what is answered with status (0:
	// 200) as media (empty: JSON); o is nil for routes of no object.
	body   func(o *schema.Object) node
	answer func(o *schema.Object) node
	status int
	media  string
	upload bool
}

// parameter is one that stands behind the question mark.
type parameter struct {
	name   string
	schema node
	text   string
}

func (op operation) fits(a *policy.Actor, o *schema.Object) bool {
	return (op.verb == "" || a.May(o, op.verb)) && (!op.owned || o.Owned)
}

// manyPath stands before the name of an action on many records.
const manyPath = "{plural}/actions/"

// describeMany describes an action on many records for each object that declares it.
func describeMany(a *policy.Actor, paths node, route Route, name, lang string) {
	for _, o := range a.Registry.Objects() {
		act := o.Action(name)
		if act == nil || !act.Many || !a.May(o, policy.View) || !a.May(o, record.VerbOf(act)) {
			continue
		}
		input := actionNode(act, lang)
		delete(input, "required") // what is each record's own is asked of none
		op := bulkOperation(schema.T("批次：{action}", "批量：{action}", "Many: {action}"), record.VerbOf(act), false, input)
		path := strings.Replace(route.Path, "{plural}", strings.ReplaceAll(o.Plural, "_", "-"), 1)
		addOperation(paths, path, route, op.of(act, lang, false), o, lang)
	}
}

// of is the operation for one action of an object; asks tells whether it is sent
// what the action asks.
func (op operation) of(act *schema.Action, lang string, asks bool) operation {
	label := act.Label.In(lang)
	for _, text := range []*string{&op.text.TW, &op.text.CN, &op.text.EN} {
		*text = strings.ReplaceAll(*text, "{action}", label)
	}
	if asks {
		op.body = fixed(actionNode(act, lang))
	}
	return op
}

func addOperation(paths node, path string, route Route, op operation, o *schema.Object, lang string) {
	tag := "system"
	if o != nil {
		tag = o.Name
	}
	parameters := []node{}
	for rest := path; ; {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			break
		}
		name, left, _ := strings.Cut(after, "}")
		n := of("string")
		if name == "id" {
			n = idNode()
		}
		parameters = append(parameters, node{"name": name, "in": "path", "required": true, "schema": n})
		rest = left
	}
	for _, p := range op.query {
		parameters = append(parameters, described(node{"name": p.name, "in": "query", "schema": p.schema}, p.text))
	}
	status := op.status
	if status == 0 {
		status = http.StatusOK
	}
	answered := node{"description": http.StatusText(status)}
	if status != http.StatusNoContent {
		media, content := op.media, node{}
		if media == "" {
			media = "application/json"
		}
		if op.answer != nil {
			content = op.answer(o)
		}
		answered["content"] = node{media: node{"schema": content}}
	}
	responses := node{
		strconv.Itoa(status): answered,
		"default":            node{"description": "Problem", "content": node{"application/problem+json": node{"schema": component("Problem")}}},
	}
	if route.Path == prefix+"{plural}/by/{field}/{value}" {
		responses["201"] = answered
	}
	if route.Path == prefix+"{plural}/batch" {
		responses["422"] = node{"description": "Refused", "content": node{
			"application/json":         node{"schema": component("Batch")},
			"application/problem+json": node{"schema": component("Problem")},
		}}
	}
	described := node{
		"operationId": strings.ToLower(route.Method) + strings.NewReplacer("/", "_", "{", "", "}", "", "-", "_", ".", "_").Replace(path), "tags": []string{tag},
		"responses": responses, "parameters": parameters, "x-token-scopes": route.Grants,
	}
	if text := op.text.In(lang); text != "" {
		if o != nil {
			text = strings.ReplaceAll(text, "{object}", o.Label.In(lang))
		}
		described["summary"] = text
	}
	if !route.Signed {
		described["security"] = []node{}
	}
	switch {
	case op.upload:
		described["requestBody"] = node{"required": true, "content": node{"multipart/form-data": node{"schema": op.body(o)}}}
	case op.body != nil:
		described["requestBody"] = node{"required": true, "content": node{"application/json": node{"schema": op.body(o)}}}
	case route.Method != http.MethodGet && route.Method != http.MethodDelete:
		described["requestBody"] = node{"required": false, "content": node{"application/json": node{"schema": node{}}}}
	}
	item, ok := paths[path].(node)
	if !ok {
		item = node{}
		paths[path] = item
	}
	item[strings.ToLower(route.Method)] = described
}

// Undescribed lists the registered routes that operations says nothing of.
func (s *Server) Undescribed() []string {
	var missing []string
	declared := forMany(s.Records.Current.Load())
	for _, route := range s.routes {
		_, many, _ := strings.Cut(route.Path, manyPath)
		if _, ok := operations[route.Method+" "+route.Path]; !ok && route.Method != "" && !slices.Contains(declared, many) {
			missing = append(missing, route.Method+" "+route.Path)
		}
	}
	slices.Sort(missing)
	return missing
}

// Unrouted lists what operations describes though no route is there.
func (s *Server) Unrouted() []string {
	there := map[string]bool{}
	for _, route := range s.routes {
		there[route.Method+" "+route.Path] = true
	}
	var gone []string
	for _, name := range slices.Sorted(maps.Keys(operations)) {
		if !there[name] {
			gone = append(gone, name)
		}
	}
	return gone
}

//go:embed docs
var docs embed.FS

// page answers a file of the readable description.
func page(name, kind string) handler {
	return func(r *request) error {
		b, err := docs.ReadFile("docs/" + name)
		if err != nil {
			return err
		}
		r.w.Header().Set("Content-Type", kind)
		r.w.Header().Set("Cache-Control", "no-cache")
		_, err = r.w.Write(b)
		return err
	}
}
