import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Row } from '../../ui/stack.js';

interface OngoingProps {
  readonly children: string;
}

/** A use of the card that goes on in another window, and the way out of it. Stands beside what began it, never in its place. */
export function Ongoing({ children }: OngoingProps) {
  const api = useApi();
  const { t } = useTexts();
  return (
    <Row>
      <Busy>{children}</Busy>
      <Button onClick={() => void api.card.stop()}>{t('card.stop')}</Button>
    </Row>
  );
}
