import type { MainPage } from '../../../main/ipc/app.js';
import {
  SHOWN_LAYERS,
  SHOWN_LAYERS_OF_GOVERNMENT_SITES,
  type DiagnosisLayer,
  type LayerResult,
  type LayerStatus,
} from '../../../main/ipc/diagnosis.js';
import { useTexts } from '../../app/text.js';
import { classNames } from '../../ui/class-names.js';
import { Icon, type IconName } from '../../ui/icon.js';
import { LayerFacts } from './layer-facts.js';
import { Remedy } from './remedy.js';
import classes from './diagnosis.module.css';

const ICONS: Readonly<Record<LayerStatus, IconName>> = {
  ok: 'success',
  attention: 'warning',
  failed: 'danger',
  'not-checked': 'unknown',
};

interface LayerListProps {
  readonly results: readonly LayerResult[];
  readonly isRunning?: boolean;
  /** Whether it was asked for what government sites need; where they are in use it is looked at without that. */
  readonly governmentSites: boolean;
  readonly onRetry: () => void;
  readonly onShow?: (page: MainPage) => void;
}

/** Every layer in its order, with what is known of it so far. */
export function LayerList({ results, isRunning = false, governmentSites, onRetry, onShow }: LayerListProps) {
  const layers: readonly DiagnosisLayer[] =
    governmentSites || results.some(({ layer }) => layer === 'government-permission')
      ? SHOWN_LAYERS_OF_GOVERNMENT_SITES
      : SHOWN_LAYERS;
  return (
    <ol className={classes['layers']}>
      {layers.map((layer, index) => {
        const result = results.find((one) => one.layer === layer);
        return (
          <li key={layer} className={classes['layer']}>
            {result ? (
              <Layer result={result} canAct={!isRunning} onRetry={onRetry} {...(onShow && { onShow })} />
            ) : (
              <PendingLayer layer={layer} isNext={index === results.length} />
            )}
          </li>
        );
      })}
    </ol>
  );
}

interface LayerProps {
  readonly result: LayerResult;
  readonly canAct: boolean;
  readonly onRetry: () => void;
  readonly onShow?: (page: MainPage) => void;
}

function Layer({ result, canAct, onRetry, onShow }: LayerProps) {
  const { t } = useTexts();
  const { layer, status, finding, standsInTheWay } = result;
  return (
    <>
      <span className={classNames(classes['mark'], classes[status])}>
        <Icon name={ICONS[status]} />
      </span>
      <div className={classes['body']}>
        <h3 className={classes['name']}>
          <span>{t(`diagnosis.layer.${layer}`)}</span>
          <span className={classNames(classes['status'], classes[status])}>{t(`diagnosis.status.${status}`)}</span>
        </h3>
        <p>
          {standsInTheWay === undefined
            ? t(`diagnosis.finding.${finding}`)
            : t('diagnosis.notCheckedBecause', { below: t(`diagnosis.layer.${standsInTheWay}`) })}
        </p>
        {canAct && <Remedy result={result} onRetry={onRetry} {...(onShow && { onShow })} />}
        <LayerFacts details={result.details} />
      </div>
    </>
  );
}

interface PendingLayerProps {
  readonly layer: DiagnosisLayer;
  readonly isNext: boolean;
}

function PendingLayer({ layer, isNext }: PendingLayerProps) {
  const { t } = useTexts();
  return (
    <>
      <span className={classNames(classes['mark'], classes['not-checked'])}>
        <Icon name="clock" />
      </span>
      <div className={classes['body']}>
        <h3>{t(`diagnosis.layer.${layer}`)}</h3>
        <p className={classes['small']}>{t(isNext ? 'diagnosis.checking' : 'diagnosis.pending')}</p>
      </div>
    </>
  );
}
