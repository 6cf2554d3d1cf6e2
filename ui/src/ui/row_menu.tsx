// SPDX-License-Identifier: Apache-2.0
import { IconButton } from "./button";
import * as Menu from "./menu";

interface Props {
  name: string; // what the row is of
  note?: string | false; // why less can be done than elsewhere
  edit?: string; // the word for it
  onEdit: () => void;
  onRemove: () => void;
  canRemove: boolean;
}

// At the end of a row of a list.
export function RowMenu({ name, note, edit = "Edit", onEdit, onRemove, canRemove }: Props) {
  return (
    <Menu.Root>
      <Menu.Trigger asChild>
        <IconButton name={`More about ${name}`} icon="more" />
      </Menu.Trigger>
      <Menu.Panel align="end">
        {note && <Menu.Heading>{note}</Menu.Heading>}
        <Menu.Item icon="pencil" onSelect={onEdit}>
          {edit}
        </Menu.Item>
        <Menu.Item icon="trash" tone="alarm" onSelect={onRemove} disabled={!canRemove}>
          Remove
        </Menu.Item>
      </Menu.Panel>
    </Menu.Root>
  );
}
