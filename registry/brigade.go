package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Brigade is a 大队 with the townships that it covers.
type Brigade struct {
	Name      string   `json:"name"`
	Townships []string `json:"townships"`
}

const (
	mostBrigades         = 60
	mostBrigadeTownships = 60
)

// Brigades lists those of the district, by name.
func (r *Registry) Brigades(ctx context.Context) ([]Brigade, error) {
	list, err := brigades(ctx, r.db)
	if err != nil {
		return nil, fmt.Errorf("list the brigades: %w", err)
	}
	return list, nil
}

func brigades(ctx context.Context, db database) ([]Brigade, error) {
	rows, err := db.Query(ctx, `SELECT name, townships FROM brigade ORDER BY name COLLATE "C"`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Brigade])
}

// SaveBrigades puts a list in place of the one before. Errors wrap ErrInvalid.
func (r *Registry) SaveBrigades(ctx context.Context, by string, list []Brigade) ([]Brigade, error) {
	list, err := checkBrigades(list)
	if err != nil {
		return nil, fmt.Errorf("save the brigades: %w", err)
	}
	err = r.change(ctx, "save the brigades", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `LOCK TABLE brigade IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		before, err := brigades(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM brigade`); err != nil {
			return err
		}
		for _, b := range list {
			if _, err := tx.Exec(ctx, `INSERT INTO brigade (name, townships) VALUES ($1, $2)`, b.Name, b.Townships); err != nil {
				return err
			}
		}
		return r.log(ctx, tx, Change{By: by, Kind: "brigades", Subject: "brigades", Action: "change", Before: before, After: list})
	})
	return list, err
}

// checkBrigades gives the list with its spaces and repetitions gone, sorted.
func checkBrigades(list []Brigade) ([]Brigade, error) {
	if len(list) > mostBrigades {
		return nil, refuse("brigades", fmt.Sprintf("最多%d个大队", mostBrigades), fmt.Sprintf("%d brigades at most", mostBrigades))
	}
	of := map[string]string{} // township to brigade
	clean := make([]Brigade, 0, len(list))
	for _, b := range list {
		b.Name = strings.TrimSpace(b.Name)
		if err := required("brigades", "大队名称", "the brigade's name", b.Name, 60); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(clean, func(o Brigade) bool { return o.Name == b.Name }) {
			return nil, refuse("brigades", "大队“"+b.Name+"”写了两次", "brigade "+b.Name+" is named twice")
		}
		townships := []string{}
		for _, t := range b.Townships {
			if t = strings.TrimSpace(t); t == "" || slices.Contains(townships, t) {
				continue
			}
			if err := bounded("brigades", "乡镇名称", "the township's name", t, 100); err != nil {
				return nil, err
			}
			if other, taken := of[t]; taken {
				return nil, refuse("brigades", t+"已属“"+other+"”，一个乡镇只属一个大队", t+" is of "+other+" already; a township is of one brigade")
			}
			of[t], townships = b.Name, append(townships, t)
		}
		if len(townships) == 0 || len(townships) > mostBrigadeTownships {
			return nil, refuse("brigades", "请为“"+b.Name+"”填写所辖乡镇（1至60个）", "name the townships that "+b.Name+" covers, 1 to 60")
		}
		slices.Sort(townships)
		clean = append(clean, Brigade{b.Name, townships})
	}
	slices.SortFunc(clean, func(a, b Brigade) int { return strings.Compare(a.Name, b.Name) })
	return clean, nil
}
