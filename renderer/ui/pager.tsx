import { useTexts } from '../app/text.js';
import { Button } from './button.js';
import { Row } from './stack.js';

interface PagerProps {
  /** Of which list: there may be several on a page. */
  readonly label: string;
  /** From 0. */
  readonly page: number;
  readonly pages: number;
  readonly onShow: (page: number) => void;
}

/** Back and forth in a long list; nothing where it has one page. */
export function Pager({ label, page, pages, onShow }: PagerProps) {
  const { t } = useTexts();
  if (pages <= 1) return null;
  return (
    <nav aria-label={label}>
      <Row>
        <Button disabled={page === 0} onClick={() => onShow(page - 1)}>
          {t('common.pager.previous')}
        </Button>
        <span>{t('common.pager.position', { page: page + 1, pages })}</span>
        <Button disabled={page === pages - 1} onClick={() => onShow(page + 1)}>
          {t('common.pager.next')}
        </Button>
      </Row>
    </nav>
  );
}
