package record

import (
	"context"
	"maps"
	"sync"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// directory remembers the titles of users, departments and whatever else only
// administrators write: each page of records names the same few. Every write to them
// raises the epoch (see Touch), which each request brings along; a title is read after
// the epoch it is kept under, so it may be newer than that, never older.
type directory struct {
	mu       sync.RWMutex
	epoch    int64
	registry *schema.Registry
	titles   map[string]map[int64]string
}

// listed tells whether the directory may answer for an object: everybody sees all its
// records by the same titles, and the actor knows the epoch.
func listed(a *policy.Actor, o *schema.Object) bool {
	if a.Epoch == 0 || !o.AdminOnly || a.Filter(o, policy.View) != nil {
		return false
	}
	title := o.Field(o.Title)
	return title != nil && a.Readable(o, title)
}

// named answers the titles of records, those in the bin too; it reads only those it
// does not know.
func (d *directory) named(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, ids []int64) (map[int64]string, error) {
	found := make(map[int64]string, len(ids))
	var unknown []int64
	d.mu.RLock()
	fits := d.fits(a)
	for _, id := range ids {
		if title, ok := d.titles[o.Name][id]; ok && fits {
			found[id] = title
		} else {
			unknown = append(unknown, id)
		}
	}
	d.mu.RUnlock()
	if unknown == nil {
		return found, nil
	}
	read, err := store.Labels(ctx, q, a.Registry, a, o, nil, unknown, true)
	if err != nil {
		return nil, err
	}
	maps.Copy(found, read)
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.fits(a) {
		if a.Epoch < d.epoch {
			return found, nil
		}
		d.epoch, d.registry, d.titles = a.Epoch, a.Registry, map[string]map[int64]string{}
	}
	if d.titles[o.Name] == nil {
		d.titles[o.Name] = map[int64]string{}
	}
	maps.Copy(d.titles[o.Name], read)
	return found, nil
}

// fits tells whether what is known holds for an actor.
func (d *directory) fits(a *policy.Actor) bool { return d.epoch == a.Epoch && d.registry == a.Registry }
